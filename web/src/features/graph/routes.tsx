// What depends on what, over every kind of object.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { parseGraph } from './search'

/** What is in the graph, as events name it. */
const KINDS = new Set(['workspace', 'resource', 'app', 'service', 'service-instance', 'app-bind', 'template', 'executor', 'integration', 'repository', 'storage', 'trigger'])

export const graph: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'graph', validateSearch: parseGraph, component: lazyRouteComponent(() => import('./page')) }),
      createRoute({ getParentRoute: () => parent, path: 'graph/$object', component: lazyRouteComponent(() => import('./impact-page')) }),
    ],
  },
  navigation: [{ group: 'end', title: 'Graph', icon: 'graph', order: 5, to: addresses.graph }],
  actions: [{ id: 'graph.open', title: 'Open the graph', icon: 'graph', words: 'depends impact affected what breaks dependencies', to: addresses.graph }],
  stale: ({ attributes }) =>
    KINDS.has(attributes['object-kind'])
      ? [stale('/api/v2/organizations/{organization}/graph'), stale('/api/v2/organizations/{organization}/graph/{object}/impact')]
      : [],
}
