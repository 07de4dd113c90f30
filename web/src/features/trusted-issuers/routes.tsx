// Systems whose programs are let in as service accounts, by signed tokens of their own.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Caller, Feature } from '@/lib/feature'

const seesAccess = ({ organization }: Caller) => organization?.attributes.permissions['can-read-access'] ?? false

export const trustedIssuers: Feature = {
  routes: {
    settings: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'trusted-issuers', component: lazyRouteComponent(() => import('./list')) }),
      createRoute({ getParentRoute: () => parent, path: 'trusted-issuers/$issuer', component: lazyRouteComponent(() => import('./issuer')) }),
    ],
  },
  navigation: [
    {
      group: 'settings',
      title: 'Trusted issuers',
      icon: 'link',
      order: 5.5,
      to: (organization) => addresses.settings(organization, 'trusted-issuers'),
      isShown: seesAccess,
    },
  ],
  actions: [
    {
      id: 'trusted-issuer.list',
      title: 'Let pipelines and pods in without a secret',
      icon: 'link',
      words: 'trusted issuers workload identity github actions gitlab kubernetes oidc',
      to: (organization) => addresses.settings(organization, 'trusted-issuers'),
      isOffered: seesAccess,
    },
  ],
  stale: (event) =>
    event.attributes['object-kind'] === 'trusted-issuer'
      ? [stale('/api/v2/organizations/{organization}/trusted-issuers'), stale('/api/v2/trusted-issuers/{trusted_issuer}')]
      : [],
}
