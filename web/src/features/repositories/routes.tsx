// Repositories: the list, connecting one, and the frame of one with its files, commits, branches and root modules.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { staleRepositories } from './stale'

const mayCreate: NonNullable<NonNullable<Feature['actions']>[number]['isOffered']> = ({ organization }) =>
  organization?.attributes.permissions['can-create-workspace'] ?? false

export const repositories: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'repositories', component: lazyRouteComponent(() => import('./list/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'repositories/connect', component: lazyRouteComponent(() => import('./connect/page')) }),
      createRoute({
        getParentRoute: () => parent,
        path: 'new-workspace/repository',
        component: lazyRouteComponent(() => import('./connect/workspaces-page')),
      }),
      createRoute({
        getParentRoute: () => parent,
        path: 'repositories/$repository/commits/$commit',
        component: lazyRouteComponent(() => import('./commits/commit-page')),
      }),
    ],
    repository: (parent) => [
      createRoute({ getParentRoute: () => parent, path: '/', component: lazyRouteComponent(() => import('./files/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'roots', component: lazyRouteComponent(() => import('./roots/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'workspaces', component: lazyRouteComponent(() => import('./workspaces/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'commits', component: lazyRouteComponent(() => import('./commits/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'branches', component: lazyRouteComponent(() => import('./refs/page')) }),
    ],
  },
  repositoryFrame: lazyRouteComponent(() => import('./frame')),
  tabs: [
    { of: 'repository', title: 'Files', path: '', order: 0 },
    { of: 'repository', title: 'Root modules', path: 'roots', order: 10 },
    { of: 'repository', title: 'Workspaces', path: 'workspaces', order: 15 },
    { of: 'repository', title: 'Commits', path: 'commits', order: 20 },
    { of: 'repository', title: 'Branches and tags', path: 'branches', order: 30 },
  ],
  navigation: [{ group: 'infrastructure', title: 'Repositories', icon: 'branch', order: 30, keys: 'g o', to: addresses.repositories }],
  actions: [
    {
      id: 'workspace.from-repository',
      title: 'New workspaces from a repository',
      icon: 'branch',
      words: 'create git github gitlab gitea monorepo root module import vcs',
      to: addresses.newWorkspaceFromRepository,
      isOffered: mayCreate,
    },
    {
      id: 'repository.connect',
      title: 'Connect a repository',
      icon: 'branch',
      words: 'git github gitlab gitea bitbucket azure vcs',
      to: (organization) => `${addresses.repositories(organization)}/connect`,
    },
  ],
  stale: staleRepositories,
}
