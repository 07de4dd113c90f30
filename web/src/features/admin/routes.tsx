// Looking after the whole site.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Caller, Feature } from '@/lib/feature'
import { parseQueue } from './queue-search'
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
      createRoute({ getParentRoute: () => parent, path: 'status', component: lazyRouteComponent(() => import('./status')) }),
      createRoute({
        getParentRoute: () => parent,
        path: 'queue',
        validateSearch: parseQueue,
        component: lazyRouteComponent(() => import('./queue')),
      }),
      createRoute({
        getParentRoute: () => parent,
        path: 'keys',
        validateSearch: parseAdmin,
        component: lazyRouteComponent(() => import('./keys')),
      }),
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
    { group: 'admin', title: 'Status', icon: 'activity', order: 3.5, to: () => addresses.admin('status'), isShown: isSiteAdministrator },
    { group: 'admin', title: 'Queue', icon: 'inbox', order: 4, to: () => addresses.admin('queue'), isShown: isSiteAdministrator },
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
    {
      id: 'admin.status',
      title: 'See how the site stands',
      icon: 'activity',
      words: 'status health stuck problems backup version master key administration',
      to: () => addresses.admin('status'),
      isOffered: isSiteAdministrator,
    },
    {
      id: 'admin.queue',
      title: 'See the queue of the site',
      icon: 'inbox',
      words: 'work items jobs dead letters failed retry drop stuck waiting',
      to: () => addresses.admin('queue'),
      isOffered: isSiteAdministrator,
    },
    {
      id: 'admin.keys',
      title: 'See keys and how to make backups',
      icon: 'shield',
      words: 'data keys master key rotate rotation backup restore audit site',
      to: () => addresses.admin('keys'),
      isOffered: isSiteAdministrator,
    },
  ],
  stale: (event) => {
    const kind = event.attributes['object-kind']
    if (kind === 'work-item') return [stale('/api/v2/admin/work-items'), stale('/api/v2/admin/status')]
    if (kind === 'user') return [stale('/api/v2/admin/users')]
    return kind === 'organization' ? [stale('/api/v2/organizations')] : []
  },
}
