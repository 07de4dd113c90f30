// Webhooks of repositories: how they stand, and what forges delivered.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import type { Feature } from '@/lib/feature'

export const webhooks: Feature = {
  routes: {
    repository: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'webhook', component: lazyRouteComponent(() => import('./page')) }),
      createRoute({ getParentRoute: () => parent, path: 'webhook/$delivery', component: lazyRouteComponent(() => import('./delivery-page')) }),
    ],
  },
  tabs: [{ of: 'repository', title: 'Webhook', path: 'webhook', order: 50 }],
  stale: ({ attributes }) => {
    const kind = attributes['object-kind']
    if (kind !== 'repository' && kind !== 'webhook') return []
    return [
      stale('/api/v2/repositories/{repository}/webhook'),
      stale('/api/v2/repositories/{repository}/deliveries'),
      stale('/api/v2/deliveries/{delivery}'),
    ]
  },
}
