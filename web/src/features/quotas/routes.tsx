// Quotas: how many apps and units an organization and its projects may have.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { staleQuotas } from '@/lib/quota'

/** What takes of them, and what they are of. */
const KINDS = new Set(['organization', 'project', 'app'])

export const quotas: Feature = {
  routes: {
    settings: (parent) => [createRoute({ getParentRoute: () => parent, path: 'quotas', component: lazyRouteComponent(() => import('./page')) })],
  },
  navigation: [{ group: 'settings', title: 'Quotas', icon: 'columns', order: 7.6, to: (organization) => addresses.settings(organization, 'quotas') }],
  actions: [
    { id: 'quota.show', title: 'How many apps and units there may be', icon: 'columns', words: 'quota quotas limit apps units projects', to: (organization) => addresses.settings(organization, 'quotas') },
  ],
  stale: ({ attributes }) => (KINDS.has(attributes['object-kind']) ? staleQuotas : []),
}
