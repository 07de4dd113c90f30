// Executors of the catalog: modules that are run now and then.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { parseExecutors } from './list/search'
import { staleExecutors } from './queries'

export const executors: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({
        getParentRoute: () => parent,
        path: 'executors',
        validateSearch: parseExecutors,
        component: lazyRouteComponent(() => import('./list/page')),
      }),
      createRoute({ getParentRoute: () => parent, path: 'executors/new', component: lazyRouteComponent(() => import('./form/new-page')) }),
      createRoute({ getParentRoute: () => parent, path: 'executors/$executor/edit', component: lazyRouteComponent(() => import('./form/edit-page')) }),
    ],
    executor: (parent) => [
      createRoute({ getParentRoute: () => parent, path: '/', component: lazyRouteComponent(() => import('./one/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'runs', component: lazyRouteComponent(() => import('./runs/page')) }),
    ],
  },
  executorFrame: lazyRouteComponent(() => import('./one/frame')),
  tabs: [
    { of: 'executor', title: 'Overview', path: '', order: 0 },
    { of: 'executor', title: 'Runs', path: 'runs', order: 10 },
  ],
  navigation: [{ group: 'catalog', title: 'Executors', icon: 'executor', order: 40, keys: 'g x', to: addresses.executors }],
  actions: [{ id: 'executor.create', title: 'New executor', icon: 'executor', words: 'run module job script now and then catalog', to: addresses.newExecutor }],
  // Its runs are runs, and what it puts out is in states.
  stale: ({ attributes }) => (['executor', 'run', 'state-version', 'approval-rule', 'role-assignment'].includes(attributes['object-kind']) ? staleExecutors : []),
}
