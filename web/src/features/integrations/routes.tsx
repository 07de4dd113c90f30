// Outside systems that the organization works with, and keys for private modules.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'

export const integrations: Feature = {
  routes: {
    settings: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'integrations', component: lazyRouteComponent(() => import('./list')) }),
      createRoute({ getParentRoute: () => parent, path: 'integrations/new', component: lazyRouteComponent(() => import('./new-page')) }),
      createRoute({ getParentRoute: () => parent, path: 'integrations/$integration', component: lazyRouteComponent(() => import('./page')) }),
      createRoute({ getParentRoute: () => parent, path: 'ssh-keys', component: lazyRouteComponent(() => import('./ssh-keys')) }),
    ],
  },
  navigation: [
    {
      group: 'settings',
      title: 'Integrations',
      icon: 'plug',
      order: 1.5,
      to: (organization) => addresses.settings(organization, 'integrations'),
    },
    { group: 'settings', title: 'SSH keys', icon: 'key', order: 1.6, to: (organization) => addresses.settings(organization, 'ssh-keys') },
  ],
  actions: [
    {
      id: 'integration.list',
      title: 'Integrations',
      icon: 'plug',
      words: 'github gitlab bitbucket azure gitea aws google kubernetes slack forge cloud credentials',
      to: (organization) => addresses.settings(organization, 'integrations'),
    },
    {
      id: 'integration.create',
      title: 'Connect a Git forge or a cloud',
      icon: 'plug',
      words: 'new integration github gitlab bitbucket azure gitea aws google kubernetes slack',
      to: (organization) => addresses.integration(organization, 'new'),
    },
    {
      id: 'ssh-key.list',
      title: 'SSH keys for private modules',
      icon: 'key',
      words: 'ssh key git module private',
      to: (organization) => addresses.settings(organization, 'ssh-keys'),
    },
  ],
  stale: ({ attributes }) => {
    const kind = attributes['object-kind']
    if (kind === 'ssh-key') return [stale('/api/v2/organizations/{organization}/ssh-keys')]
    if (kind === 'integration') {
      return [
        stale('/api/v2/organizations/{organization}/integrations'),
        stale('/api/v2/integrations/{integration}'),
        stale('/api/v2/integrations/{integration}/used-by'),
        stale('/api/v2/integrations/{integration}/assignments'),
      ]
    }
    // Who uses what changes with these.
    return kind === 'repository' || kind === 'workspace' || kind === 'storage' ? [stale('/api/v2/integrations/{integration}/used-by')] : []
  },
}
