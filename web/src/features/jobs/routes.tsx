// Jobs: what runs to an end, by the clock or when somebody wants it.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { staleJobs } from './queries'
import { parseJobs, parseRuns } from './search'

const KINDS = new Set(['job', 'job-run', 'role-assignment'])

export const jobs: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'jobs', validateSearch: parseJobs, component: lazyRouteComponent(() => import('./list-page')) }),
      createRoute({ getParentRoute: () => parent, path: 'new-job', component: lazyRouteComponent(() => import('./new-page')) }),
      createRoute({ getParentRoute: () => parent, path: 'jobs/$job', validateSearch: parseRuns, component: lazyRouteComponent(() => import('./job-page')) }),
      createRoute({ getParentRoute: () => parent, path: 'jobs/$job/runs/$run', component: lazyRouteComponent(() => import('./run-page')) }),
      createRoute({ getParentRoute: () => parent, path: 'jobs/$job/variables', component: lazyRouteComponent(() => import('./env-page')) }),
      createRoute({ getParentRoute: () => parent, path: 'jobs/$job/binds', component: lazyRouteComponent(() => import('./binds-page')) }),
      createRoute({ getParentRoute: () => parent, path: 'jobs/$job/settings', component: lazyRouteComponent(() => import('./settings-page')) }),
    ],
  },
  navigation: [{ group: 'apps', title: 'Jobs', icon: 'job', order: 20, keys: 'g j', to: addresses.jobs }],
  actions: [{ id: 'job.create', title: 'New job', icon: 'job', words: 'cron schedule nightly batch task run image', to: addresses.newJob }],
  stale: ({ attributes }) => (KINDS.has(attributes['object-kind']) ? staleJobs : []),
}
