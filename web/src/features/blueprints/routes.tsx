// Blueprints of the catalog: resources that belong together, made at once.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { staleBlueprints } from './queries'

export const blueprints: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'blueprints', component: lazyRouteComponent(() => import('./list/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'blueprints/new', component: lazyRouteComponent(() => import('./write/new-page')) }),
      createRoute({ getParentRoute: () => parent, path: 'blueprints/$blueprint', component: lazyRouteComponent(() => import('./one/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'blueprints/$blueprint/edit', component: lazyRouteComponent(() => import('./write/edit-page')) }),
      createRoute({ getParentRoute: () => parent, path: 'blueprints/$blueprint/use', component: lazyRouteComponent(() => import('./use/page')) }),
    ],
  },
  navigation: [{ group: 'catalog', title: 'Blueprints', icon: 'blueprint', order: 25, keys: 'g b', to: addresses.blueprints }],
  actions: [{ id: 'blueprint.create', title: 'New blueprint', icon: 'blueprint', words: 'make many wired parts catalog from a file yaml upload', to: addresses.newBlueprint }],
  stale: ({ attributes }) => (attributes['object-kind'] === 'blueprint' ? staleBlueprints : []),
}
