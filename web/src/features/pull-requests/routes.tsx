// Pull requests with the plans of every workspace that they concern.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import type { Feature } from '@/lib/feature'

export const pullRequests: Feature = {
  routes: {
    repository: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'pull-requests', component: lazyRouteComponent(() => import('./repository-page')) }),
    ],
    workspace: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'pull-requests', component: lazyRouteComponent(() => import('./workspace-page')) }),
    ],
  },
  tabs: [{ of: 'repository', title: 'Pull requests', path: 'pull-requests', order: 40 }],
  // Their runs stand beside them.
  stale: ({ attributes }) => {
    const isAbout = attributes.action.startsWith('pull-request.') || attributes['object-kind'] === 'run' || attributes.action === 'repository.pushed'
    return isAbout ? [stale('/api/v2/repositories/{repository}/pull-requests'), stale('/api/v2/organizations/{organization}/pull-requests')] : []
  },
}
