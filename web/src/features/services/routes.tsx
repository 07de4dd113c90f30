// Services: templates of the catalog that are ordered by a name, what was ordered of them, and what is bound to it.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { staleServices } from './queries'
import { parseInstances, parseServices } from './search'

/** What changes what is shown of them. */
const KINDS = new Set(['service', 'service-instance', 'resource', 'resource-change', 'app', 'job', 'bind', 'app-bind', 'role-assignment'])

export const services: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'services', validateSearch: parseServices, component: lazyRouteComponent(() => import('./offered-page')) }),
      createRoute({ getParentRoute: () => parent, path: 'services/instances', validateSearch: parseInstances, component: lazyRouteComponent(() => import('./instances-page')) }),
      createRoute({ getParentRoute: () => parent, path: 'services/instances/$instance', component: lazyRouteComponent(() => import('./instance-page')) }),
    ],
  },
  navigation: [{ group: 'apps', title: 'Services', icon: 'service', order: 30, keys: 'g i', to: addresses.services }],
  actions: [
    { id: 'service.list', title: 'Order from a service', icon: 'service', words: 'database queue instance new create catalog', to: addresses.services },
    { id: 'service-instance.list', title: 'What was ordered of services', icon: 'service', words: 'service instances bind databases', to: addresses.serviceInstances },
  ],
  stale: ({ attributes }) => (KINDS.has(attributes['object-kind']) ? staleServices : []),
}
