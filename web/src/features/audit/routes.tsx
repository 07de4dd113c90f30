// Where the audit log goes, and how it is proved.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Caller, Feature } from '@/lib/feature'

const mayExport = ({ organization }: Caller) => organization?.attributes.permissions['can-export-events'] ?? false

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
      isShown: mayExport,
    },
  ],
  actions: [
    {
      id: 'audit.open',
      title: 'Export the audit log, or send it elsewhere',
      icon: 'inbox',
      words: 'siem webhook verify export events',
      to: (organization) => addresses.settings(organization, 'audit'),
      isOffered: mayExport,
    },
  ],
  stale: (event) =>
    event.attributes['object-kind'] === 'audit-webhook'
      ? [stale('/api/v2/organizations/{organization}/audit-webhooks'), stale('/api/v2/audit-webhooks/{audit_webhook}')]
      : [],
}
