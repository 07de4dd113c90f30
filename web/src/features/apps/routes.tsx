// Apps: what runs in units and answers requests.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { parseApps } from './list/search'
import { staleApps, staleRepository } from './queries'

export const apps: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'apps', validateSearch: parseApps, component: lazyRouteComponent(() => import('./list/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'new-app', component: lazyRouteComponent(() => import('./form/new-page')) }),
    ],
    app: (parent) => [
      createRoute({ getParentRoute: () => parent, path: '/', component: lazyRouteComponent(() => import('./one/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'deploy', component: lazyRouteComponent(() => import('./deploy/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'deploys', component: lazyRouteComponent(() => import('./deploys/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'deploys/$deploy', component: lazyRouteComponent(() => import('./deploys/one-page')) }),
      createRoute({ getParentRoute: () => parent, path: 'versions', component: lazyRouteComponent(() => import('./versions/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'variables', component: lazyRouteComponent(() => import('./env/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'binds', component: lazyRouteComponent(() => import('./binds/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'volumes', component: lazyRouteComponent(() => import('./volumes/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'domains', component: lazyRouteComponent(() => import('./domains/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'logs', component: lazyRouteComponent(() => import('./logs/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'metrics', component: lazyRouteComponent(() => import('./metrics/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'shell', component: lazyRouteComponent(() => import('./shell/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'settings', component: lazyRouteComponent(() => import('./settings/page')) }),
    ],
  },
  appFrame: lazyRouteComponent(() => import('./one/frame')),
  tabs: [
    { of: 'app', title: 'Overview', path: '', order: 0 },
    { of: 'app', title: 'Deploys', path: 'deploys', order: 10 },
    { of: 'app', title: 'Versions', path: 'versions', order: 20 },
    { of: 'app', title: 'Variables', path: 'variables', order: 30 },
    { of: 'app', title: 'Binds', path: 'binds', order: 33 },
    { of: 'app', title: 'Volumes', path: 'volumes', order: 34 },
    { of: 'app', title: 'Domains', path: 'domains', order: 36 },
    { of: 'app', title: 'Logs', path: 'logs', order: 40 },
    { of: 'app', title: 'Metrics', path: 'metrics', order: 43 },
    { of: 'app', title: 'Shell', path: 'shell', order: 46 },
    { of: 'app', title: 'Settings', path: 'settings', order: 50 },
  ],
  navigation: [{ group: 'apps', title: 'Apps', icon: 'app', order: 10, keys: 'g d', to: addresses.apps }],
  actions: [{ id: 'app.create', title: 'New app', icon: 'app', words: 'deploy run image source service units', to: addresses.newApp }],
  stale: ({ attributes }) => {
    if (!['app', 'role-assignment'].includes(attributes['object-kind'])) return []
    return attributes.action === 'app.repository-disconnected' ? staleApps : [...staleApps, staleRepository]
  },
}
