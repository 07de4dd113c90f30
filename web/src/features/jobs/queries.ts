// What the pages of jobs read, in one place, so that the same question is asked once.
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf, type Schema, stale } from '@/api/query'
import type { operations } from '@/api/schema'
import { useOrganization, useParam } from '@/lib/search'

export type Job = ResourceOf<'Job'>
export type JobRun = ResourceOf<'JobRun'>
export type JobVersion = ResourceOf<'JobVersion'>
export type JobBind = ResourceOf<'JobBind'>
export type JobVolumeBind = ResourceOf<'JobVolumeBind'>
export type Variable = Schema<'JobVariable'>

export const READ = 'job.read'
export const CREATE = 'job.create'

/** While a run goes on it is no event how it is. */
const LIVE_MS = 2_000
/** Lists, where it matters less. */
const LISTED_MS = 5_000

type ListQuery = NonNullable<operations['list_jobs']['parameters']['query']>
type RunsQuery = NonNullable<operations['list_job_runs']['parameters']['query']>

export const jobsOf = (organization: string, query: ListQuery) => ({
  ...get('/api/v2/organizations/{organization}/jobs', { params: { path: { organization }, query } }),
  refetchInterval: LISTED_MS,
})

/** The job that the address names, with the version that `If-Match` wants. */
export function useOpenJob() {
  const organization = useOrganization()
  const name = useParam('job')
  const by = get('/api/v2/organizations/{organization}/jobs/{name}', { params: { path: { organization, name } } })
  const { data, error } = useSuspenseQuery({ ...by, refetchInterval: LIVE_MS })
  // It was there when the page was opened.
  const isGone = error !== null && toApiError(error).isMissing
  return { organization, job: data.data as Job, etag: data.etag, isGone }
}

export const runsOf = (job: string, query: RunsQuery) => ({
  ...get('/api/v2/jobs/{job}/runs', { params: { path: { job }, query } }),
  refetchInterval: LIVE_MS,
})

export const runBy = (run: string) => ({ ...get('/api/v2/job-runs/{job_run}', { params: { path: { job_run: run } } }), refetchInterval: LIVE_MS })

export const versionsOf = (job: string) => get('/api/v2/jobs/{job}/versions', { params: { path: { job }, query: { 'page[size]': 20 } } })

export const envOf = (job: string) => get('/api/v2/jobs/{job}/env', { params: { path: { job } } })

export const bindsOf = (job: string) => ({
  ...get('/api/v2/jobs/{job}/binds', { params: { path: { job }, query: { 'page[size]': 100 } } }),
  // Whether a value is there changes by what happens elsewhere.
  refetchInterval: 10_000,
})

export const volumeBindsOf = (job: string) => get('/api/v2/jobs/{job}/volume-binds', { params: { path: { job }, query: { 'page[size]': 100 } } })

export const volumesLike = (organization: string, search: string) =>
  get('/api/v2/organizations/{organization}/volumes', { params: { path: { organization }, query: { ...(search && { 'search[text]': search }), 'page[size]': 50 } } })

const all = (organization: string) => ({ params: { path: { organization }, query: { 'page[size]': 100 } } })

export const projectsOf = (organization: string) => get('/api/v2/organizations/{organization}/projects', all(organization))

export const poolsOf = (organization: string) => get('/api/v2/organizations/{organization}/pools', all(organization))

export const plansOf = (organization: string) => get('/api/v2/organizations/{organization}/app-plans', all(organization))

/** All that shows jobs. */
export const staleJobs = [
  stale('/api/v2/organizations/{organization}/jobs'),
  stale('/api/v2/organizations/{organization}/jobs/{name}'),
  stale('/api/v2/jobs/{job}/runs'),
  stale('/api/v2/jobs/{job}/versions'),
  stale('/api/v2/jobs/{job}/env'),
  stale('/api/v2/jobs/{job}/binds'),
  stale('/api/v2/jobs/{job}/volume-binds'),
  stale('/api/v2/job-runs/{job_run}'),
]

/** Reads everything of jobs again. */
export function useRefreshJobs() {
  const queries = useQueryClient()
  return () => Promise.all(staleJobs.map((queryKey) => queries.invalidateQueries({ queryKey })))
}
