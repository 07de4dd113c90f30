// Where the audit log goes, and how it is proved.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Caller, Feature } from '@/lib/feature'

// Who may change who may do what is an administrator; the page itself asks for the exact permissions.
const isAdministrator = ({ organization }: Caller) => organization?.attributes.permissions['can-manage-access'] ?? false

export const audit: Feature = {
  routes: {
    settings: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'audit', component: lazyRouteComponent(() => import('./page')) }),
    ],
  },
  navigation: [
    {
      group: 'settings',
      title: 'Audit log',
      icon: 'inbox',
      order: 8,
      to: (organization) => addresses.settings(organization, 'audit'),
      isShown: isAdministrator,
    },
  ],
  actions: [
    {
      id: 'audit.open',
      title: 'Export the audit log, or send it elsewhere',
      icon: 'inbox',
      words: 'siem webhook verify export events',
      to: (organization) => addresses.settings(organization, 'audit'),
      isOffered: isAdministrator,
    },
  ],
  stale: (event) =>
    event.attributes['object-kind'] === 'audit-webhook'
      ? [stale('/api/v2/organizations/{organization}/audit-webhooks'), stale('/api/v2/audit-webhooks/{audit_webhook}')]
      : [],
}
