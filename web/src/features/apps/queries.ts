// What the pages of apps read, in one place, so that the same question is asked once.
import { infiniteQueryOptions, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { call, get, type ResourceOf, type Schema, stale } from '@/api/query'
import type { operations } from '@/api/schema'
import { useOrganization, useParam } from '@/lib/search'

export type App = ResourceOf<'App'>
export type Process = Schema<'AppProcess'>
export type Unit = ResourceOf<'AppUnit'>
export type Deploy = ResourceOf<'Deploy'>
export type Version = ResourceOf<'AppVersion'>
export type Variable = Schema<'AppVariable'>
export type EnvChange = ResourceOf<'AppEnvRecord'>

export const READ = 'app.read'
export const CREATE = 'app.create'

/** Whether units are ready is no event: what shows them asks again. */
export const LIVE_MS = 2_000
/** What is measured comes as often. */
const MEASURED_MS = 15_000
/** Lists, where it matters less. */
const LISTED_MS = 5_000

type ListQuery = NonNullable<operations['list_apps']['parameters']['query']>

export const appsOf = (organization: string, query: ListQuery) => ({
  ...get('/api/v2/organizations/{organization}/apps', { params: { path: { organization }, query } }),
  refetchInterval: LISTED_MS,
})

const appBy = (organization: string, name: string) => get('/api/v2/organizations/{organization}/apps/{name}', { params: { path: { organization, name } } })

/** The app that the address names, with the version that `If-Match` wants. */
export function useOpenApp() {
  const organization = useOrganization()
  const name = useParam('app')
  const { data, error } = useSuspenseQuery({ ...appBy(organization, name), refetchInterval: LIVE_MS })
  // It was there when the page was opened.
  const isGone = error !== null && toApiError(error).isMissing
  return { organization, app: data.data as App, etag: data.etag, isGone }
}

export const unitsOf = (app: string) => ({
  ...get('/api/v2/apps/{app}/units', { params: { path: { app }, query: { 'page[size]': 100 } } }),
  refetchInterval: LIVE_MS,
})

export const deploysOf = (app: string, page?: number, size = 50) =>
  get('/api/v2/apps/{app}/deploys', { params: { path: { app }, query: { ...(page && { 'page[number]': page }), 'page[size]': size } } })

/** Its steps are no events: while it goes on it is asked for again. */
export const deployBy = (deploy: string) => ({
  ...get('/api/v2/deploys/{deploy}', { params: { path: { deploy } } }),
  refetchInterval: ({ state }: { state: { data?: { data: { attributes: { status: string } } } | undefined } }) => (state.data?.data.attributes.status === 'running' ? LIVE_MS : false) as number | false,
})

export const versionsOf = (app: string, page?: number, size = 50) =>
  get('/api/v2/apps/{app}/versions', { params: { path: { app }, query: { ...(page && { 'page[number]': page }), 'page[size]': size } } })

/** What was measured since `hours` ago; the newest point is up to 15 seconds old. */
export const metricsOf = (app: string, hours: number, step: number) => ({
  ...get('/api/v2/apps/{app}/metrics', { params: { path: { app }, query: { step } } }),
  queryKey: ['/api/v2/apps/{app}/metrics', { app }, { hours }] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    call('get', '/api/v2/apps/{app}/metrics', { params: { path: { app }, query: { from: new Date(Date.now() - hours * 3_600_000).toISOString(), step } }, signal }),
  refetchInterval: MEASURED_MS,
})

export interface LogQuestion {
  readonly search: string
  readonly process: string
  readonly unit: string
  /** Of the last so many hours; 0 for all that is kept. */
  readonly hours: number
}

/** What units wrote, as it is kept: the newest lines first, page by page. */
export const keptLogOf = (app: string, question: LogQuestion) =>
  infiniteQueryOptions({
    queryKey: ['/api/v2/apps/{app}/log-lines', { app }, question] as const,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const { search, process, unit, hours } = question
      const query = {
        ...(search && { search }),
        ...(process && { process }),
        ...(unit && { unit }),
        ...(hours > 0 && { from: new Date(Date.now() - hours * 3_600_000).toISOString() }),
        ...(pageParam && { cursor: pageParam }),
        last: 200,
        order: 'newest',
      }
      return call('get', '/api/v2/apps/{app}/log-lines', { params: { path: { app }, query }, signal })
    },
    getNextPageParam: ({ data }) => data.attributes['next-cursor'] ?? undefined,
    retry: false,
  })

export const envOf = (app: string) => get('/api/v2/apps/{app}/env', { params: { path: { app } } })

export const envChangesOf = (app: string, page?: number, size = 20) =>
  get('/api/v2/apps/{app}/env-changes', { params: { path: { app }, query: { ...(page && { 'page[number]': page }), 'page[size]': size } } })

export const poolsOf = (organization: string) => get('/api/v2/organizations/{organization}/pools', { params: { path: { organization }, query: { 'page[size]': 100 } } })

export const plansOf = (organization: string) => get('/api/v2/organizations/{organization}/app-plans', { params: { path: { organization }, query: { 'page[size]': 100 } } })

export const projectsOf = (organization: string) =>
  get('/api/v2/organizations/{organization}/projects', { params: { path: { organization }, query: { 'page[size]': 100 } } })

/** All that shows apps. */
export const staleApps = [
  stale('/api/v2/organizations/{organization}/apps'),
  stale('/api/v2/organizations/{organization}/apps/{name}'),
  stale('/api/v2/apps/{app}/units'),
  stale('/api/v2/apps/{app}/deploys'),
  stale('/api/v2/apps/{app}/versions'),
  stale('/api/v2/apps/{app}/env'),
  stale('/api/v2/apps/{app}/env-changes'),
  stale('/api/v2/apps/{app}/domains'),
  stale('/api/v2/apps/{app}/certificates'),
  stale('/api/v2/apps/{app}/routing'),
  stale('/api/v2/apps/{app}/process-settings'),
  stale('/api/v2/deploys/{deploy}'),
]

/** Beside those: not read again when it is disconnected, which says that it is not there. */
export const staleRepository = stale('/api/v2/apps/{app}/repository')

/** Reads everything of apps again. */
export function useRefreshApps() {
  const queries = useQueryClient()
  return () => Promise.all(staleApps.map((queryKey) => queries.invalidateQueries({ queryKey })))
}
