// Tokens: one's own, and those of teams, service accounts and organizations.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Caller, Feature } from '@/lib/feature'
import { parseTokens } from './search'

const seesAccess = ({ organization }: Caller) => organization?.attributes.permissions['can-read-access'] ?? false

export const tokens: Feature = {
  routes: {
    account: (parent) => [
      createRoute({
        getParentRoute: () => parent,
        path: 'tokens',
        validateSearch: parseTokens,
        component: lazyRouteComponent(() => import('./account-page')),
      }),
    ],
    settings: (parent) => [
      createRoute({
        getParentRoute: () => parent,
        path: 'tokens',
        validateSearch: parseTokens,
        component: lazyRouteComponent(() => import('./organization-page')),
      }),
    ],
  },
  navigation: [
    { group: 'account', title: 'Tokens', icon: 'key', order: 4, to: () => addresses.account('tokens') },
    {
      group: 'settings',
      title: 'Tokens',
      icon: 'key',
      order: 6,
      to: (organization) => addresses.settings(organization, 'tokens'),
      isShown: seesAccess,
    },
  ],
  actions: [
    { id: 'token.create', title: 'New token of mine', icon: 'key', words: 'api cli access', to: () => addresses.account('tokens') },
    {
      id: 'token.organization',
      title: 'Tokens of the organization',
      icon: 'key',
      words: 'team service account programs',
      to: (organization) => addresses.settings(organization, 'tokens'),
      isOffered: seesAccess,
    },
  ],
  stale: (event) =>
    event.attributes['object-kind'] === 'token'
      ? [
          stale('/api/v2/users/{user}/authentication-tokens'),
          stale('/api/v2/organizations/{organization}/authentication-tokens'),
        ]
      : [],
}
