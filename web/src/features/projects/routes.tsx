// Projects: parts of an organization, with their workspaces, their variable sets and who may do what.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { staleCatalogRules } from './queries'

export const projects: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'projects', component: lazyRouteComponent(() => import('./list-page')) }),
      createRoute({
        getParentRoute: () => parent,
        path: 'projects/$project',
        component: lazyRouteComponent(() => import('./project-page')),
      }),
    ],
  },
  navigation: [{ group: 'main', title: 'Projects', icon: 'project', order: 10, keys: 'g p', to: addresses.projects }],
  stale: ({ attributes }) => {
    const kind = attributes['object-kind']
    if (kind === 'catalog-rules') return [staleCatalogRules]
    return kind === 'project' ? [stale('/api/v2/organizations/{organization}/projects'), stale('/api/v2/projects/{project}'), staleCatalogRules] : []
  },
}
