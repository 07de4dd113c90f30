// What the page of binds reads.
import { useQueryClient } from '@tanstack/react-query'
import { get, type ResourceOf, type Schema, stale } from '@/api/query'
import { useRefreshApps } from '../queries'

export type Bind = ResourceOf<'AppBind'>
export type Kind = Schema<'BindOriginKind'>

export const bindsOf = (app: string) => ({
  ...get('/api/v2/apps/{app}/binds', { params: { path: { app } } }),
  // Whether a value is there changes by what happens elsewhere.
  refetchInterval: 10_000,
})

const page = (search: string) => ({ 'page[size]': 20, ...(search && { 'search[text]': search }) })

export const instancesIn = (organization: string) =>
  get('/api/v2/organizations/{organization}/service-instances', { params: { path: { organization }, query: { 'page[size]': 100 } } })

export const resourcesIn = (organization: string, search: string) =>
  get('/api/v2/organizations/{organization}/resources', { params: { path: { organization }, query: page(search) } })

export const workspacesIn = (organization: string, search: string) =>
  get('/api/v2/organizations/{organization}/workspaces', { params: { path: { organization }, query: { 'page[size]': 20, ...(search && { 'search[name]': search }) } } })

/** Reads what an app is bound to again, and what that changes. */
export function useRefreshBinds() {
  const queries = useQueryClient()
  const refresh = useRefreshApps()
  return () => Promise.all([queries.invalidateQueries({ queryKey: stale('/api/v2/apps/{app}/binds') }), refresh()])
}
