// What the page of an app's volumes reads.
import { useQueryClient } from '@tanstack/react-query'
import { get, type ResourceOf, stale } from '@/api/query'
import { useRefreshApps } from '../queries'

export type VolumeBind = ResourceOf<'VolumeBind'>

export const volumeBindsOf = (app: string) => get('/api/v2/apps/{app}/volume-binds', { params: { path: { app }, query: { 'page[size]': 100 } } })

export const volumesLike = (organization: string, search: string) =>
  get('/api/v2/organizations/{organization}/volumes', { params: { path: { organization }, query: { ...(search && { 'search[text]': search }), 'page[size]': 50 } } })

/** Reads what an app sees of volumes again. */
export function useRefreshVolumeBinds() {
  const queries = useQueryClient()
  const refresh = useRefreshApps()
  const mine = [stale('/api/v2/apps/{app}/volume-binds'), stale('/api/v2/organizations/{organization}/volumes')]
  return () => Promise.all([...mine.map((queryKey) => queries.invalidateQueries({ queryKey })), refresh()])
}
