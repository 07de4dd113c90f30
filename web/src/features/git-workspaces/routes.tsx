// Git workspaces: repositories that the code of resources is kept in.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { staleGitWorkspaces } from './queries'

export const gitWorkspaces: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'git-workspaces', component: lazyRouteComponent(() => import('./list')) }),
      createRoute({ getParentRoute: () => parent, path: 'git-workspaces/new', component: lazyRouteComponent(() => import('./new')) }),
      createRoute({ getParentRoute: () => parent, path: 'git-workspaces/$gitWorkspace', component: lazyRouteComponent(() => import('./page')) }),
    ],
  },
  navigation: [{ group: 'catalog', title: 'Git workspaces', icon: 'branch', order: 60, to: addresses.gitWorkspaces }],
  actions: [
    { id: 'git-workspace.create', title: 'New git workspace', icon: 'branch', words: 'repository code generated push catalog', to: addresses.newGitWorkspace },
  ],
  // Which projects name it is in their rules.
  stale: ({ attributes }) => (['git-workspace', 'resource', 'resource-change', 'project'].includes(attributes['object-kind']) ? staleGitWorkspaces : []),
}
