// What starts at certain times: a tab of a workspace, and the list of an organization.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { staleSchedules } from './queries'

export const schedules: Feature = {
  routes: {
    workspace: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'schedules', component: lazyRouteComponent(() => import('./workspace-page')) }),
    ],
    executor: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'schedules', component: lazyRouteComponent(() => import('./executor-page')) }),
    ],
    resource: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'schedules', component: lazyRouteComponent(() => import('./resource-page')) }),
    ],
    organization: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'schedules', component: lazyRouteComponent(() => import('./page')) }),
    ],
  },
  tabs: [
    { of: 'workspace', title: 'Schedules', path: 'schedules', order: 46 },
    { of: 'executor', title: 'Schedules', path: 'schedules', order: 30 },
    { of: 'resource', title: 'Schedules', path: 'schedules', order: 40 },
  ],
  navigation: [{ group: 'infrastructure', title: 'Schedules', icon: 'clock', order: 50, keys: 'g h', to: addresses.schedules }],
  // Their runs and changes are what comes of them.
  stale: ({ attributes }) => (['schedule', 'run', 'resource-change'].includes(attributes['object-kind']) ? staleSchedules : []),
}
