// States of a workspace: their versions, what differs, going back. A tab of the workspace.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import type { Feature } from '@/lib/feature'

export const states: Feature = {
  routes: {
    workspace: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'states', component: lazyRouteComponent(() => import('./page')) }),
    ],
  },
  tabs: [{ of: 'workspace', title: 'States', path: 'states', order: 30 }],
  stale: ({ attributes }) =>
    attributes.action.startsWith('state-version.') ? [stale('/api/v2/workspaces/{workspace}/state-versions')] : [],
}
