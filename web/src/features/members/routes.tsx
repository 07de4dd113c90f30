// Who belongs to the organization, and who is invited.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Caller, Feature } from '@/lib/feature'
import { parseMembers } from './search'

const seesMembers = ({ organization }: Caller) => organization?.attributes.permissions['can-read-access'] ?? false

export const members: Feature = {
  routes: {
    settings: (parent) => [
      createRoute({
        getParentRoute: () => parent,
        path: 'members',
        validateSearch: parseMembers,
        component: lazyRouteComponent(() => import('./page')),
      }),
    ],
  },
  navigation: [
    {
      group: 'settings',
      title: 'Members',
      icon: 'user',
      order: 2,
      to: (organization) => addresses.settings(organization, 'members'),
      isShown: seesMembers,
    },
  ],
  actions: [
    {
      id: 'member.list',
      title: 'Invite somebody, or see the members',
      icon: 'mail',
      words: 'people users invitation',
      to: (organization) => addresses.settings(organization, 'members'),
      isOffered: seesMembers,
    },
  ],
  stale: (event) => {
    const kind = event.attributes['object-kind']
    const isOurs = kind === 'organization-membership' || kind === 'role-assignment' || kind === 'team'
    return isOurs
      ? [
          stale('/api/v2/organizations/{organization}/organization-memberships'),
          stale('/api/v2/organizations/{organization}/role-assignments'),
        ]
      : []
  },
}
