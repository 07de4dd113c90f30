// Variables: those of a workspace (a tab of it), and the sets that several workspaces share.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'

export const variableSets: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'variable-sets', component: lazyRouteComponent(() => import('./list-page')) }),
      createRoute({
        getParentRoute: () => parent,
        path: 'variable-sets/$set',
        component: lazyRouteComponent(() => import('./set/page')),
      }),
    ],
    workspace: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'variables', component: lazyRouteComponent(() => import('./variables/tab')) }),
    ],
  },
  tabs: [{ of: 'workspace', title: 'Variables', path: 'variables', order: 20 }],
  navigation: [
    { group: 'infrastructure', title: 'Variable sets', icon: 'variables', order: 40, keys: 'g v', to: addresses.variableSets },
  ],
  stale: ({ attributes }) => {
    const isOfVariables = attributes['object-kind'] === 'variable-set' || attributes.action.startsWith('variable.')
    return isOfVariables
      ? [
          stale('/api/v2/workspaces/{workspace}/vars'),
          stale('/api/v2/workspaces/{workspace}/effective-variables'),
          stale('/api/v2/varsets/{variable_set}/relationships/vars'),
          stale('/api/v2/varsets/{variable_set}'),
          stale('/api/v2/organizations/{organization}/varsets'),
        ]
      : []
  },
}
