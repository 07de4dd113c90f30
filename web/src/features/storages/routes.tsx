// Storages: buckets for states of other tools.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { staleStorages } from './queries'

export const storages: Feature = {
  routes: {
    settings: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'storages', component: lazyRouteComponent(() => import('./list')) }),
      createRoute({ getParentRoute: () => parent, path: 'storages/new', component: lazyRouteComponent(() => import('./new')) }),
      createRoute({ getParentRoute: () => parent, path: 'storages/$storage', component: lazyRouteComponent(() => import('./page')) }),
    ],
  },
  navigation: [{ group: 'settings', title: 'Storages', icon: 'database', order: 1.55, to: addresses.storages }],
  actions: [
    { id: 'storage.list', title: 'Storages', icon: 'database', words: 'bucket state backend s3 azure gcs container', to: addresses.storages },
    { id: 'storage.create', title: 'New storage', icon: 'database', words: 'bucket state backend s3 azure gcs container create', to: addresses.newStorage },
  ],
  stale: ({ attributes }) => (attributes['object-kind'] === 'storage' ? staleStorages : []),
}
