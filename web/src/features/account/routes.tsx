// The caller's own account: who he is, how he signs in, where he is signed in.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'

export const account: Feature = {
  routes: {
    account: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'profile', component: lazyRouteComponent(() => import('./profile')) }),
      createRoute({ getParentRoute: () => parent, path: 'security', component: lazyRouteComponent(() => import('./security')) }),
      createRoute({
        getParentRoute: () => parent,
        path: 'forge-accounts',
        component: lazyRouteComponent(() => import('./forge-accounts/page')),
      }),
      createRoute({ getParentRoute: () => parent, path: 'sessions', component: lazyRouteComponent(() => import('./sessions')) }),
    ],
  },
  navigation: [
    { group: 'account', title: 'Profile', icon: 'user', order: 1, to: () => addresses.account('profile') },
    { group: 'account', title: 'Sign-in', icon: 'lock', order: 2, to: () => addresses.account('security') },
    { group: 'account', title: 'Forge accounts', icon: 'pull-request', order: 2.5, to: () => addresses.account('forge-accounts') },
    { group: 'account', title: 'Sessions', icon: 'globe', order: 3, to: () => addresses.account('sessions') },
  ],
  actions: [
    {
      id: 'account.profile',
      title: 'Open my profile',
      icon: 'user',
      words: 'account name mail theme',
      to: () => addresses.account('profile'),
    },
    {
      id: 'account.security',
      title: 'Change my password or second factor',
      icon: 'lock',
      words: 'security totp identities',
      to: () => addresses.account('security'),
    },
    {
      id: 'account.forge-accounts',
      title: 'Link my account at a forge',
      icon: 'pull-request',
      words: 'github gitlab gitea bitbucket azure login comment command pull request',
      to: () => addresses.account('forge-accounts'),
    },
    {
      id: 'account.sessions',
      title: 'Look through my sessions',
      icon: 'globe',
      words: 'browsers signed in sign out',
      to: () => addresses.account('sessions'),
    },
  ],
  stale: (event) => {
    const kind = event.attributes['object-kind']
    if (kind === 'user') return [stale('/api/v2/account/details'), stale('/api/v2/account/forge-accounts')]
    return kind === 'session' ? [stale('/api/v2/account/sessions')] : []
  },
}
