// What holds for the whole organization.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'

export const organizationSettings: Feature = {
  routes: {
    settings: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'general', component: lazyRouteComponent(() => import('./page')) }),
    ],
  },
  navigation: [
    { group: 'settings', title: 'General', icon: 'organization', order: 1, to: (organization) => addresses.settings(organization, 'general') },
  ],
  actions: [
    {
      id: 'organization.settings',
      title: 'Open the organization’s settings',
      icon: 'settings',
      words: 'rename delete default roles',
      to: (organization) => addresses.settings(organization, 'general'),
    },
  ],
  stale: (event) =>
    event.attributes['object-kind'] === 'organization'
      ? [stale('/api/v2/organizations/{organization}'), stale('/api/v2/organizations')]
      : [],
}
