// Volumes: files that outlive the units of apps, and the plans that say what a volume is.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { staleVolumes } from './queries'
import { parseVolumes } from './search'

const KINDS = new Set(['volume', 'volume-plan', 'app', 'job', 'role-assignment'])

export const volumes: Feature = {
  routes: {
    organization: (parent) => [createRoute({ getParentRoute: () => parent, path: 'volumes', validateSearch: parseVolumes, component: lazyRouteComponent(() => import('./page')) })],
  },
  navigation: [{ group: 'apps', title: 'Volumes', icon: 'database', order: 40, to: addresses.volumes }],
  actions: [{ id: 'volume.list', title: 'Volumes of apps', icon: 'database', words: 'files storage disk persistent volume plans', to: addresses.volumes }],
  stale: ({ attributes }) => (KINDS.has(attributes['object-kind']) ? staleVolumes : []),
}
