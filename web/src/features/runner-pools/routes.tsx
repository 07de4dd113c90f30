// Where runs happen: pools of runners.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { parsePools } from './search'

export const runnerPools: Feature = {
  routes: {
    settings: (parent) => [
      createRoute({
        getParentRoute: () => parent,
        path: 'runner-pools',
        validateSearch: parsePools,
        component: lazyRouteComponent(() => import('./list')),
      }),
      createRoute({ getParentRoute: () => parent, path: 'runner-pools/$pool', component: lazyRouteComponent(() => import('./pool')) }),
    ],
  },
  navigation: [
    {
      group: 'settings',
      title: 'Runner pools',
      icon: 'runner',
      order: 7,
      to: (organization) => addresses.settings(organization, 'runner-pools'),
    },
  ],
  actions: [
    {
      id: 'runner-pool.list',
      title: 'Open runner pools',
      icon: 'runner',
      words: 'runners agents machines start a runner',
      to: (organization) => addresses.settings(organization, 'runner-pools'),
    },
  ],
  stale: (event) => {
    const kind = event.attributes['object-kind']
    // A runner that takes or ends work changes its state; only its runs are events.
    if (kind !== 'runner-pool' && kind !== 'runner' && kind !== 'token' && kind !== 'run') return []
    return [
      stale('/api/v2/organizations/{organization}/agent-pools'),
      stale('/api/v2/agent-pools/{runner_pool}'),
      stale('/api/v2/agent-pools/{runner_pool}/agents'),
      ...(kind === 'token' ? [stale('/api/v2/agent-pools/{runner_pool}/authentication-tokens')] : []),
    ]
  },
}
