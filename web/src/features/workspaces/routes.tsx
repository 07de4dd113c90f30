// Workspaces: the list, the frame of one workspace with its tabs, making one, uploading a configuration.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { LiveEvent } from '@/api/events'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'

export const workspaces: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'workspaces', component: lazyRouteComponent(() => import('./list/page')) }),
      createRoute({
        getParentRoute: () => parent,
        path: 'new-workspace',
        component: lazyRouteComponent(() => import('./create/page')),
      }),
      createRoute({
        getParentRoute: () => parent,
        path: 'workspaces/$workspace/upload',
        component: lazyRouteComponent(() => import('./create/upload-page')),
      }),
    ],
    workspace: (parent) => [
      createRoute({ getParentRoute: () => parent, path: '/', component: lazyRouteComponent(() => import('./overview/page')) }),
      createRoute({
        getParentRoute: () => parent,
        path: 'resources',
        component: lazyRouteComponent(() => import('./resources/page')),
      }),
      createRoute({ getParentRoute: () => parent, path: 'access', component: lazyRouteComponent(() => import('./access/page')) }),
      createRoute({
        getParentRoute: () => parent,
        path: 'settings',
        component: lazyRouteComponent(() => import('./settings/page')),
      }),
    ],
  },
  workspaceFrame: lazyRouteComponent(() => import('./frame')),
  tabs: [
    { of: 'workspace', title: 'Overview', path: '', order: 0 },
    { of: 'workspace', title: 'Resources', path: 'resources', order: 40 },
    { of: 'workspace', title: 'Access', path: 'access', order: 50 },
    { of: 'workspace', title: 'Settings', path: 'settings', order: 60 },
  ],
  navigation: [
    { group: 'infrastructure', title: 'Workspaces', icon: 'workspace', order: 10, keys: 'g w', to: addresses.workspaces },
  ],
  actions: [
    {
      id: 'workspace.create',
      title: 'New workspace',
      icon: 'plus',
      words: 'create upload folder configuration',
      to: addresses.newWorkspace,
      isOffered: ({ organization }) => organization?.attributes.permissions['can-create-workspace'] ?? false,
    },
  ],
  stale: staleWorkspaces,
}

const LISTS = [
  stale('/api/v2/organizations/{organization}/workspaces'),
  stale('/api/v2/organizations/{organization}/workspaces-summary'),
]
const SINGLE = [
  stale('/api/v2/organizations/{organization}/workspaces/{workspace}'),
  stale('/api/v2/workspaces/{workspace}'),
]
const STATE = [
  stale('/api/v2/workspaces/{workspace}/current-state-version'),
  stale('/api/v2/workspaces/{workspace}/current-state-version-outputs'),
]

function staleWorkspaces(event: LiveEvent) {
  const kind = event.attributes['object-kind']
  if (kind === 'workspace') return [...LISTS, ...SINGLE]
  if (kind === 'run') return [...LISTS, ...SINGLE, stale('/api/v2/runs/{run}', { run: event.attributes['object-id'] })]
  // A state's event is one of its workspace, by any name of it.
  if (event.attributes.action.startsWith('state-version.')) return [...LISTS, ...SINGLE, ...STATE]
  if (kind === 'project') return [stale('/api/v2/organizations/{organization}/projects'), stale('/api/v2/projects/{project}')]
  return []
}
