// Workflows of the catalog: changes of many resources in their order, and where upgrades begin on a template's page.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { parseWorkflows } from './list/search'
import { staleUpgrades, staleWorkflows } from './queries'

export const workflows: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({
        getParentRoute: () => parent,
        path: 'workflows',
        validateSearch: parseWorkflows,
        component: lazyRouteComponent(() => import('./list/page')),
      }),
      createRoute({ getParentRoute: () => parent, path: 'workflows/new', component: lazyRouteComponent(() => import('./create/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'workflows/$workflow', component: lazyRouteComponent(() => import('./one/page')) }),
    ],
    template: (parent) => [createRoute({ getParentRoute: () => parent, path: 'upgrade', component: lazyRouteComponent(() => import('./upgrade/page')) })],
  },
  tabs: [{ of: 'template', title: 'Upgrade', path: 'upgrade', order: 30 }],
  navigation: [{ group: 'catalog', title: 'Workflows', icon: 'graph', order: 30, keys: 'g f', to: addresses.workflows }],
  actions: [
    {
      id: 'workflow.refresh',
      title: 'Bring resources up to date',
      icon: 'refresh',
      words: 'stale refresh workflow many batch catalog',
      to: (organization) => `${addresses.newWorkflow(organization)}?kind=refresh`,
    },
  ],
  // Steps are changes of resources, and stand as these stand.
  stale: ({ attributes }) => {
    const kind = attributes['object-kind']
    if (kind === 'workflow' || kind === 'resource-change') return staleWorkflows
    return ['resource', 'source-code-version'].includes(kind) ? [...staleWorkflows, ...staleUpgrades] : []
  },
}
