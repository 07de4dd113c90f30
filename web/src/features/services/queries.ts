// What the pages of services read, in one place, so that the same question is asked once.
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { get, type ResourceOf, type Schema, stale } from '@/api/query'
import type { operations } from '@/api/schema'
import { useOrganization, useParam } from '@/lib/search'

export type Service = ResourceOf<'Service'>
export type Instance = ResourceOf<'ServiceInstance'>
export type Impact = Schema<'Impact'>

export const READ = 'service.read'
export const READ_INSTANCES = 'service-instance.read'
export const MANAGE = 'service.manage'

/** Whether what is ordered is there is no event of it. */
const LOOKED_MS = 5_000

type InstancesQuery = NonNullable<operations['list_service_instances']['parameters']['query']>

const some = (search: string, size = 50) => ({ 'page[size]': size, ...(search && { 'search[text]': search }) })

export const servicesOf = (organization: string, search = '', page?: number) =>
  get('/api/v2/organizations/{organization}/services', { params: { path: { organization }, query: { ...some(search), ...(page && { 'page[number]': page }) } } })

export const instancesOf = (organization: string, query: InstancesQuery) => ({
  ...get('/api/v2/organizations/{organization}/service-instances', { params: { path: { organization }, query } }),
  refetchInterval: LOOKED_MS,
})

const instanceBy = (instance: string) => ({
  ...get('/api/v2/service-instances/{service_instance}', { params: { path: { service_instance: instance } } }),
  refetchInterval: LOOKED_MS,
})

/** The service instance that the address names; `isGone` once it went while it was looked at. */
export function useOpenInstance() {
  const organization = useOrganization()
  const { data, error } = useSuspenseQuery({ ...instanceBy(useParam('instance')), retry: false })
  return { organization, instance: data.data as Instance, isGone: error !== null }
}

/** What would be affected if it went. */
export const impactOf = (organization: string, object: string) =>
  get('/api/v2/organizations/{organization}/graph/{object}/impact', { params: { path: { organization, object } } })

export const projectsOf = (organization: string) =>
  get('/api/v2/organizations/{organization}/projects', { params: { path: { organization }, query: { 'page[size]': 100 } } })

export const templatesLike = (organization: string, search: string) =>
  get('/api/v2/organizations/{organization}/templates', { params: { path: { organization }, query: some(search, 20) } })

export const appsLike = (organization: string, search: string) =>
  get('/api/v2/organizations/{organization}/apps', { params: { path: { organization }, query: some(search, 20) } })

export const bindsOf = (app: string) => get('/api/v2/apps/{app}/binds', { params: { path: { app } } })

/** All that shows services and what was ordered of them. */
export const staleServices = [
  stale('/api/v2/organizations/{organization}/services'),
  stale('/api/v2/services/{service}'),
  stale('/api/v2/organizations/{organization}/service-instances'),
  stale('/api/v2/service-instances/{service_instance}'),
]

/** Reads everything of services again, and what hangs on it. */
export function useRefreshServices() {
  const queries = useQueryClient()
  const more = [stale('/api/v2/organizations/{organization}/graph/{object}/impact'), stale('/api/v2/apps/{app}/binds'), stale('/api/v2/apps/{app}/env')]
  return () => Promise.all([...staleServices, ...more].map((queryKey) => queries.invalidateQueries({ queryKey })))
}
