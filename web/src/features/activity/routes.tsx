// What happens, and what happened.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { parseActivity } from './search'

export const activity: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({
        getParentRoute: () => parent,
        path: 'activity',
        validateSearch: parseActivity,
        component: lazyRouteComponent(() => import('./page')),
      }),
    ],
  },
  navigation: [{ group: 'end', title: 'Activity', icon: 'activity', order: 1, keys: 'g a', to: addresses.activity }],
  actions: [
    {
      id: 'activity.open',
      title: 'See what happened',
      icon: 'activity',
      words: 'audit log events history who did',
      keys: 'g a',
      to: addresses.activity,
    },
  ],
}
