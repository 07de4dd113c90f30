// Resources of the catalog: what was ordered, ordering, one with its changes.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { parseAllChanges } from './changes/search'
import { parseResources } from './list/search'
import { staleResources } from './queries'

export const resources: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({
        getParentRoute: () => parent,
        path: 'resources',
        validateSearch: parseResources,
        component: lazyRouteComponent(() => import('./list/page')),
      }),
      createRoute({
        getParentRoute: () => parent,
        path: 'resources/changes',
        validateSearch: parseAllChanges,
        component: lazyRouteComponent(() => import('./changes/all-page')),
      }),
      createRoute({ getParentRoute: () => parent, path: 'resources/new', component: lazyRouteComponent(() => import('./order/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'resources/import', component: lazyRouteComponent(() => import('./order/import-page')) }),
      createRoute({ getParentRoute: () => parent, path: 'resources/$resource/edit', component: lazyRouteComponent(() => import('./order/edit-page')) }),
    ],
    resource: (parent) => [
      createRoute({ getParentRoute: () => parent, path: '/', component: lazyRouteComponent(() => import('./one/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'values', component: lazyRouteComponent(() => import('./one/values-page')) }),
      createRoute({ getParentRoute: () => parent, path: 'changes', component: lazyRouteComponent(() => import('./changes/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'revisions', component: lazyRouteComponent(() => import('./one/revisions-page')) }),
    ],
  },
  resourceFrame: lazyRouteComponent(() => import('./one/frame')),
  tabs: [
    { of: 'resource', title: 'Overview', path: '', order: 0 },
    { of: 'resource', title: 'Values', path: 'values', order: 10 },
    { of: 'resource', title: 'Changes', path: 'changes', order: 20 },
    { of: 'resource', title: 'Revisions', path: 'revisions', order: 30 },
  ],
  navigation: [{ group: 'catalog', title: 'Resources', icon: 'resource', order: 20, keys: 'g e', to: addresses.resources }],
  actions: [
    { id: 'resource-change.list', title: 'Open changes of resources', icon: 'change', words: 'approve reject confirm waiting catalog', to: addresses.resourceChanges },
    { id: 'resource.order', title: 'Order a resource', icon: 'resource', words: 'new create catalog template database network', to: addresses.orderResource },
    { id: 'resource.import', title: 'Import what is running', icon: 'download', words: 'resource existing state tfstate bring adopt catalog', to: addresses.importResource },
  ],
  // Approval rules and roles decide whose yes counts.
  stale: ({ attributes }) =>
    ['resource', 'resource-change', 'approval-rule', 'team', 'role-assignment'].includes(attributes['object-kind']) ? staleResources : [],
}
