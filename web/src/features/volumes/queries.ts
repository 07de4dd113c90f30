// What the page of volumes reads.
import { useQueryClient } from '@tanstack/react-query'
import { get, type ResourceOf, stale } from '@/api/query'

export type Volume = ResourceOf<'Volume'>
export type VolumePlan = ResourceOf<'VolumePlan'>

export const READ = 'volume.read'
export const CREATE = 'volume.create'
export const MANAGE_PLANS = 'volume-plan.manage'

const all = (organization: string) => ({ params: { path: { organization }, query: { 'page[size]': 100 } } })

/** How far one is that is being made is no event. */
export const volumesOf = (organization: string, search: string | undefined, page: number | undefined) => ({
  ...get('/api/v2/organizations/{organization}/volumes', {
    params: { path: { organization }, query: { ...(search && { 'search[text]': search }), ...(page && { 'page[number]': page }), 'page[size]': 50 } },
  }),
  refetchInterval: 5_000,
})

export const volumePlansOf = (organization: string) => get('/api/v2/organizations/{organization}/volume-plans', all(organization))

export const poolsOf = (organization: string) => get('/api/v2/organizations/{organization}/pools', all(organization))

export const projectsOf = (organization: string) => get('/api/v2/organizations/{organization}/projects', all(organization))

export const staleVolumes = [
  stale('/api/v2/organizations/{organization}/volumes'),
  stale('/api/v2/organizations/{organization}/volume-plans'),
  stale('/api/v2/apps/{app}/volume-binds'),
]

/** Reads all of it again. */
export function useRefreshVolumes() {
  const queries = useQueryClient()
  return () => Promise.all(staleVolumes.map((queryKey) => queries.invalidateQueries({ queryKey })))
}
