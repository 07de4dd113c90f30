// What the page of binds reads.
import { useQueryClient } from '@tanstack/react-query'
import { get, type ResourceOf, stale } from '@/api/query'
import { useRefreshApps } from '../queries'

export type Bind = ResourceOf<'AppBind'>

export const bindsOf = (app: string) => ({
  ...get('/api/v2/apps/{app}/binds', { params: { path: { app } } }),
  // Whether a value is there changes by what happens elsewhere.
  refetchInterval: 10_000,
})

/** Reads what an app is bound to again, and what that changes. */
export function useRefreshBinds() {
  const queries = useQueryClient()
  const refresh = useRefreshApps()
  return () => Promise.all([queries.invalidateQueries({ queryKey: stale('/api/v2/apps/{app}/binds') }), refresh()])
}
