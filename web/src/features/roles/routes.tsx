// Roles, and who may do what by them.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Caller, Feature } from '@/lib/feature'
import { parseAccess, parseNewRole } from './search'

const seesAccess = ({ organization }: Caller) => organization?.attributes.permissions['can-read-access'] ?? false

export const roles: Feature = {
  routes: {
    settings: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'roles', component: lazyRouteComponent(() => import('./list')) }),
      createRoute({
        getParentRoute: () => parent,
        path: 'roles/new',
        validateSearch: parseNewRole,
        component: lazyRouteComponent(() => import('./role-form'), 'NewRole'),
      }),
      createRoute({ getParentRoute: () => parent, path: 'roles/$role', component: lazyRouteComponent(() => import('./role')) }),
      createRoute({
        getParentRoute: () => parent,
        path: 'roles/$role/edit',
        component: lazyRouteComponent(() => import('./role-form'), 'EditRole'),
      }),
      createRoute({
        getParentRoute: () => parent,
        path: 'access',
        validateSearch: parseAccess,
        component: lazyRouteComponent(() => import('./access')),
      }),
    ],
  },
  navigation: [
    {
      group: 'settings',
      title: 'Roles',
      icon: 'shield',
      order: 4,
      to: (organization) => addresses.settings(organization, 'roles'),
      isShown: seesAccess,
    },
    {
      group: 'settings',
      title: 'Effective permissions',
      icon: 'eye',
      order: 4.5,
      to: (organization) => addresses.settings(organization, 'access'),
    },
  ],
  actions: [
    {
      id: 'access.explain',
      title: 'Explain who may do what',
      icon: 'eye',
      words: 'effective permissions why access',
      to: (organization) => addresses.settings(organization, 'access'),
    },
    {
      id: 'role.list',
      title: 'Open roles',
      icon: 'shield',
      words: 'permissions access new role',
      to: (organization) => addresses.settings(organization, 'roles'),
      isOffered: seesAccess,
    },
  ],
  stale: (event) => {
    const kind = event.attributes['object-kind']
    if (kind !== 'role' && kind !== 'role-assignment' && kind !== 'team') return []
    return [
      stale('/api/v2/organizations/{organization}/roles'),
      stale('/api/v2/roles/{role}'),
      stale('/api/v2/organizations/{organization}/access-explanations'),
    ]
  },
}
