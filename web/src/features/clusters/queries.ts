// What the page of clusters, pools and plans reads.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { get, type ResourceOf, stale } from '@/api/query'

export type Cluster = ResourceOf<'Cluster'>
export type Pool = ResourceOf<'Pool'>
export type Plan = ResourceOf<'AppPlan'>
export type Rule = ResourceOf<'PoolConstraint'>

export const READ = 'cluster.read'
export const MANAGE_POOLS = 'pool.manage'
export const MANAGE_PLANS = 'app-plan.manage'

const all = (organization: string) => ({ params: { path: { organization }, query: { 'page[size]': 100 } } })

/** Whether one answers is no event. */
export const clustersOf = (organization: string) => ({ ...get('/api/v2/organizations/{organization}/clusters', all(organization)), refetchInterval: 10_000 })

export const poolsOf = (organization: string) => get('/api/v2/organizations/{organization}/pools', all(organization))

export const plansOf = (organization: string) => get('/api/v2/organizations/{organization}/app-plans', all(organization))

export const rulesOf = (organization: string) => get('/api/v2/organizations/{organization}/pool-constraints', all(organization))

export const projectsOf = (organization: string) => get('/api/v2/organizations/{organization}/projects', all(organization))

export const teamsOf = (organization: string) => get('/api/v2/organizations/{organization}/teams', all(organization))

/** Integrations that images can be pushed to. */
export const registriesOf = (organization: string) => ({
  ...get('/api/v2/organizations/{organization}/integrations', { params: { path: { organization }, query: { 'filter[kind]': 'oci-registry', 'page[size]': 100 } } }),
  retry: false,
})

/** Why the caller may not connect or change clusters; null when he may, and until it is known. */
export function useSiteRefusal(): string | null {
  const user = useQuery({ ...get('/api/v2/account/details'), retry: false }).data?.data.attributes
  return user && !user['is-site-admin'] ? 'Clusters are connected by administrators of the site. Ask one of them.' : null
}

/** Reads all of it again. */
export function useRefresh() {
  const queries = useQueryClient()
  return () => Promise.all(staleClusters.map((queryKey) => queries.invalidateQueries({ queryKey })))
}

export const staleClusters = [
  stale('/api/v2/organizations/{organization}/clusters'),
  stale('/api/v2/organizations/{organization}/pools'),
  stale('/api/v2/organizations/{organization}/app-plans'),
  stale('/api/v2/organizations/{organization}/pool-constraints'),
]
