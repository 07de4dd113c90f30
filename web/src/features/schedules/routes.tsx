// What starts at certain times: a tab of a workspace, and the list of an organization.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'

export const schedules: Feature = {
  routes: {
    workspace: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'schedules', component: lazyRouteComponent(() => import('./workspace-page')) }),
    ],
    organization: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'schedules', component: lazyRouteComponent(() => import('./page')) }),
    ],
  },
  tabs: [{ of: 'workspace', title: 'Schedules', path: 'schedules', order: 46 }],
  navigation: [{ group: 'infrastructure', title: 'Schedules', icon: 'clock', order: 50, keys: 'g h', to: addresses.schedules }],
  // Their runs are what comes of them.
  stale: ({ attributes }) => {
    const kind = attributes['object-kind']
    if (kind !== 'schedule' && kind !== 'run') return []
    return [
      stale('/api/v2/workspaces/{workspace}/schedules'),
      stale('/api/v2/organizations/{organization}/schedules'),
      stale('/api/v2/schedules/{schedule}'),
    ]
  },
}
