// Approval rules: whose yes a change needs before it is applied. How a run stands by them is shown with the run.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { staleRules } from './queries'
import { parseRules } from './search'

export const approvals: Feature = {
  routes: {
    settings: (parent) => [
      createRoute({
        getParentRoute: () => parent,
        path: 'approval-rules',
        validateSearch: parseRules,
        component: lazyRouteComponent(() => import('./list')),
      }),
    ],
  },
  navigation: [{ group: 'settings', title: 'Approval rules', icon: 'check', order: 5.5, to: addresses.approvalRules }],
  actions: [
    {
      id: 'approval-rule.list',
      title: 'Open approval rules',
      icon: 'check',
      words: 'approve review four eyes policy new rule',
      to: addresses.approvalRules,
    },
  ],
  stale: ({ attributes }) => (attributes['object-kind'] === 'approval-rule' ? staleRules : []),
}
