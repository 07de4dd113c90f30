// Looking after the whole site.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Caller, Feature } from '@/lib/feature'
import { parseAdmin } from './search'

const isSiteAdministrator = ({ user }: Caller) => user.attributes['is-site-admin'] ?? false

export const admin: Feature = {
  routes: {
    admin: (parent) => [
      createRoute({
        getParentRoute: () => parent,
        path: 'organizations',
        validateSearch: parseAdmin,
        component: lazyRouteComponent(() => import('./organizations')),
      }),
      createRoute({
        getParentRoute: () => parent,
        path: 'users',
        validateSearch: parseAdmin,
        component: lazyRouteComponent(() => import('./users')),
      }),
      createRoute({ getParentRoute: () => parent, path: 'keys', component: lazyRouteComponent(() => import('./keys')) }),
    ],
  },
  navigation: [
    {
      group: 'admin',
      title: 'Organizations',
      icon: 'organization',
      order: 1,
      to: () => addresses.admin('organizations'),
      isShown: isSiteAdministrator,
    },
    { group: 'admin', title: 'Users', icon: 'user', order: 2, to: () => addresses.admin('users'), isShown: isSiteAdministrator },
    { group: 'admin', title: 'Keys and backups', icon: 'shield', order: 5, to: () => addresses.admin('keys'), isShown: isSiteAdministrator },
  ],
  actions: [
    {
      id: 'admin.users',
      title: 'Look after users of the site',
      icon: 'user',
      words: 'suspend reset password second factor new user',
      to: () => addresses.admin('users'),
      isOffered: isSiteAdministrator,
    },
    {
      id: 'admin.organizations',
      title: 'See all organizations of the site',
      icon: 'organization',
      words: 'new organization',
      to: () => addresses.admin('organizations'),
      isOffered: isSiteAdministrator,
    },
  ],
  stale: (event) => {
    const kind = event.attributes['object-kind']
    if (kind === 'user') return [stale('/api/v2/admin/users')]
    return kind === 'organization' ? [stale('/api/v2/organizations')] : []
  },
}
