// Where apps run: clusters, their pools, and the plans that units have.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { staleClusters } from './queries'

const KINDS = new Set(['cluster', 'pool', 'app-plan', 'pool-constraint'])

export const clusters: Feature = {
  routes: {
    settings: (parent) => [createRoute({ getParentRoute: () => parent, path: 'clusters', component: lazyRouteComponent(() => import('./page')) })],
  },
  navigation: [{ group: 'settings', title: 'Clusters and pools', icon: 'executor', order: 7.5, to: addresses.clusters }],
  actions: [{ id: 'cluster.list', title: 'Where apps run', icon: 'executor', words: 'clusters pools plans docker kubernetes machine engine', to: addresses.clusters }],
  stale: ({ attributes }) => (KINDS.has(attributes['object-kind']) ? staleClusters : []),
}
