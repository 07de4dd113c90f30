// The caller's own account.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'

export const account: Feature = {
  routes: {
    account: (parent) => [
      createRoute({
        getParentRoute: () => parent,
        path: 'profile',
        component: lazyRouteComponent(() => import('./profile')),
      }),
    ],
  },
  navigation: [{ group: 'account', title: 'Profile', icon: 'user', order: 1, to: () => addresses.account('profile') }],
  actions: [
    { id: 'account.profile', title: 'Open my profile', icon: 'user', words: 'account name mail', to: () => addresses.account() },
  ],
  stale: (event) => (event.attributes['object-kind'] === 'user' ? [stale('/api/v2/account/details')] : []),
}
