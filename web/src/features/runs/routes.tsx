// Runs: all of an organization, those of a workspace, one with its plan and log, and how to start one.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { parseRunsSearch } from './list/search'
import { staleAfter } from './run/queries'
import { parseRunSearch } from './run/search'
import { parseStartSearch } from './start/search'

export const runs: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({
        getParentRoute: () => parent,
        path: 'runs',
        validateSearch: parseRunsSearch,
        component: lazyRouteComponent(() => import('./list/page')),
      }),
      createRoute({
        getParentRoute: () => parent,
        path: 'runs/new',
        validateSearch: parseStartSearch,
        component: lazyRouteComponent(() => import('./start/page')),
      }),
      createRoute({
        getParentRoute: () => parent,
        path: 'runs/$run',
        component: lazyRouteComponent(() => import('./by-id')),
      }),
      createRoute({
        getParentRoute: () => parent,
        path: 'workspaces/$workspace/runs/new',
        validateSearch: parseStartSearch,
        component: lazyRouteComponent(() => import('./start/page')),
      }),
      createRoute({
        getParentRoute: () => parent,
        path: 'workspaces/$workspace/runs/$run',
        validateSearch: parseRunSearch,
        component: lazyRouteComponent(() => import('./run/page')),
      }),
    ],
    workspace: (parent) => [
      createRoute({
        getParentRoute: () => parent,
        path: 'runs',
        validateSearch: parseRunsSearch,
        component: lazyRouteComponent(() => import('./list/workspace-runs')),
      }),
    ],
  },
  tabs: [{ of: 'workspace', title: 'Runs', path: 'runs', order: 20 }],
  navigation: [{ group: 'infrastructure', title: 'Runs', icon: 'run', order: 20, keys: 'g r', to: (organization) => addresses.runs(organization) }],
  actions: [
    {
      id: 'run.start',
      title: 'Start a run…',
      icon: 'run',
      words: 'plan apply destroy refresh replace target',
      to: (organization) => `${addresses.runs(organization)}/new`,
    },
  ],
  stale: staleAfter,
}
