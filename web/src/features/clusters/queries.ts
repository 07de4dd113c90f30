// What the page of clusters, pools and plans reads.
import { get, type ResourceOf, stale } from '@/api/query'

export type Cluster = ResourceOf<'Cluster'>
export type Pool = ResourceOf<'Pool'>
export type Plan = ResourceOf<'AppPlan'>

export const READ = 'cluster.read'
export const MANAGE_POOLS = 'pool.manage'
export const MANAGE_PLANS = 'app-plan.manage'

const all = (organization: string) => ({ params: { path: { organization }, query: { 'page[size]': 100 } } })

/** Whether one answers is no event. */
export const clustersOf = (organization: string) => ({ ...get('/api/v2/organizations/{organization}/clusters', all(organization)), refetchInterval: 10_000 })

export const poolsOf = (organization: string) => get('/api/v2/organizations/{organization}/pools', all(organization))

export const plansOf = (organization: string) => get('/api/v2/organizations/{organization}/app-plans', all(organization))

export const staleClusters = [
  stale('/api/v2/organizations/{organization}/clusters'),
  stale('/api/v2/organizations/{organization}/pools'),
  stale('/api/v2/organizations/{organization}/app-plans'),
]
