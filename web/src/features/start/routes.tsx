// The organization's start page: what waits, what runs, what was used last.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { StartBadge } from './badge'

export const start: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({ getParentRoute: () => parent, path: '/', component: lazyRouteComponent(() => import('./page')) }),
    ],
  },
  navigation: [
    { group: 'main', title: 'Start', icon: 'start', order: 0, keys: 'g s', to: addresses.organization, badge: StartBadge },
  ],
  actions: [
    { id: 'start.open', title: 'Open the start page', icon: 'start', words: 'home waiting approvals changes', keys: 'g s', to: addresses.organization },
  ],
  stale: (event) => {
    const kind = event.attributes['object-kind']
    if (kind === 'run') {
      return [
        stale('/api/v2/runs/{run}', { run: event.attributes['object-id'] }),
        stale('/api/v2/organizations/{organization}/runs'),
        stale('/api/v2/organizations/{organization}/workspaces'),
      ]
    }
    if (kind === 'resource-change') return [stale('/api/v2/organizations/{organization}/resource-changes')]
    if (kind === 'workspace') return [stale('/api/v2/organizations/{organization}/workspaces')]
    return []
  },
}
