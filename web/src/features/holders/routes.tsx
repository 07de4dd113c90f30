// Who holds roles besides people: teams and the accounts of programs.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Caller, Feature } from '@/lib/feature'
import { parseServiceAccounts } from './service-accounts/search'
import { parseTeams } from './teams/search'

const seesAccess = ({ organization }: Caller) => organization?.attributes.permissions['can-read-access'] ?? false

export const holders: Feature = {
  routes: {
    settings: (parent) => [
      createRoute({
        getParentRoute: () => parent,
        path: 'teams',
        validateSearch: parseTeams,
        component: lazyRouteComponent(() => import('./teams/list')),
      }),
      createRoute({
        getParentRoute: () => parent,
        path: 'teams/$team',
        component: lazyRouteComponent(() => import('./teams/team')),
      }),
      createRoute({
        getParentRoute: () => parent,
        path: 'service-accounts',
        validateSearch: parseServiceAccounts,
        component: lazyRouteComponent(() => import('./service-accounts/list')),
      }),
      createRoute({
        getParentRoute: () => parent,
        path: 'service-accounts/$account',
        component: lazyRouteComponent(() => import('./service-accounts/account')),
      }),
    ],
  },
  navigation: [
    { group: 'settings', title: 'Teams', icon: 'team', order: 3, to: (organization) => addresses.settings(organization, 'teams') },
    {
      group: 'settings',
      title: 'Service accounts',
      icon: 'bot',
      order: 5,
      to: (organization) => addresses.settings(organization, 'service-accounts'),
      isShown: seesAccess,
    },
  ],
  actions: [
    {
      id: 'team.list',
      title: 'Open teams',
      icon: 'team',
      words: 'groups people access new team',
      to: (organization) => addresses.settings(organization, 'teams'),
    },
    {
      id: 'service-account.list',
      title: 'Open service accounts',
      icon: 'bot',
      words: 'programs ci robots new service account',
      to: (organization) => addresses.settings(organization, 'service-accounts'),
      isOffered: seesAccess,
    },
  ],
  stale: (event) => {
    const kind = event.attributes['object-kind']
    const id = event.attributes['object-id']
    if (kind === 'team') {
      return [
        stale('/api/v2/organizations/{organization}/teams'),
        stale('/api/v2/teams/{team}', { team: id }),
        stale('/api/v2/teams/{team}/users', { team: id }),
      ]
    }
    if (kind === 'service-account') {
      return [
        stale('/api/v2/organizations/{organization}/service-accounts'),
        stale('/api/v2/service-accounts/{service_account}', { service_account: id }),
      ]
    }
    if (kind !== 'role-assignment' && kind !== 'role') return []
    return [
      stale('/api/v2/organizations/{organization}/role-assignments'),
      stale('/api/v2/organizations/{organization}/access-explanations'),
    ]
  },
}
