// Where a workspace's configuration comes from in Git, and which commits start what in it.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import type { Feature } from '@/lib/feature'

export const triggers: Feature = {
  routes: {
    workspace: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'version-control', component: lazyRouteComponent(() => import('./page')) }),
    ],
  },
  tabs: [{ of: 'workspace', title: 'Version control', path: 'version-control', order: 45 }],
  stale: ({ attributes }) => {
    const kind = attributes['object-kind']
    if (kind === 'ssh-key') return [stale('/api/v2/organizations/{organization}/ssh-keys')]
    if (kind !== 'trigger' && kind !== 'workspace') return []
    return [
      stale('/api/v2/workspaces/{workspace}/triggers'),
      stale('/api/v2/workspaces/{workspace}/relationships/ssh-key'),
      stale('/api/v2/repositories/{repository}/commits/{commit}/affected'),
    ]
  },
}
