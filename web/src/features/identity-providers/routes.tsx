// Where people can sign in besides here: OpenID Connect providers of the site.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Caller, Feature } from '@/lib/feature'

const isSiteAdministrator = ({ user }: Caller) => user.attributes['is-site-admin'] ?? false

export const identityProviders: Feature = {
  routes: {
    admin: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'identity-providers', component: lazyRouteComponent(() => import('./list')) }),
      createRoute({
        getParentRoute: () => parent,
        path: 'identity-providers/new',
        component: lazyRouteComponent(() => import('./provider'), 'NewProvider'),
      }),
      createRoute({
        getParentRoute: () => parent,
        path: 'identity-providers/$provider',
        component: lazyRouteComponent(() => import('./provider'), 'ProviderPage'),
      }),
    ],
  },
  navigation: [
    {
      group: 'admin',
      title: 'Identity providers',
      icon: 'key',
      order: 3,
      to: () => addresses.admin('identity-providers'),
      isShown: isSiteAdministrator,
    },
  ],
  actions: [
    {
      id: 'identity-provider.list',
      title: 'Open identity providers',
      icon: 'key',
      words: 'openid connect sso single sign-on oidc dex keycloak',
      to: () => addresses.admin('identity-providers'),
      isOffered: isSiteAdministrator,
    },
  ],
  stale: (event) =>
    event.attributes['object-kind'] === 'identity-provider'
      ? [stale('/api/v2/identity-providers'), stale('/api/v2/identity-providers/{identity_provider}')]
      : [],
}
