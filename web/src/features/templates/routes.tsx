// The catalog's templates: the list, new ones, files applied together, and the pages of one.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { staleTemplates } from './stale'

export const templates: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'templates', component: lazyRouteComponent(() => import('./list/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'templates/new', component: lazyRouteComponent(() => import('./create/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'templates/apply', component: lazyRouteComponent(() => import('./apply/page')) }),
    ],
    template: (parent) => [
      createRoute({ getParentRoute: () => parent, path: '/', component: lazyRouteComponent(() => import('./overview/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'hierarchy', component: lazyRouteComponent(() => import('./hierarchy/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'file', component: lazyRouteComponent(() => import('./file/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'settings', component: lazyRouteComponent(() => import('./settings/page')) }),
    ],
  },
  templateFrame: lazyRouteComponent(() => import('./frame')),
  tabs: [
    { of: 'template', title: 'Overview', path: '', order: 0 },
    { of: 'template', title: 'Hierarchy', path: 'hierarchy', order: 20 },
    { of: 'template', title: 'As a file', path: 'file', order: 80 },
    { of: 'template', title: 'Settings', path: 'settings', order: 90 },
  ],
  navigation: [{ group: 'catalog', title: 'Templates', icon: 'template', order: 10, keys: 'g t', to: addresses.templates }],
  actions: [
    { id: 'template.create', title: 'New template', icon: 'template', words: 'create catalog publish offer', to: addresses.newTemplate },
    { id: 'catalog.apply', title: 'Apply files of the catalog', icon: 'upload', words: 'template yaml document import publish', to: addresses.applyCatalog },
  ],
  stale: ({ attributes }) => (attributes['object-kind'] === 'template' ? staleTemplates : []),
}
