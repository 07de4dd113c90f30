// What the pages of executors read, in one place, so that the same question is asked once.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get, type ResourceOf, type Schema, stale } from '@/api/query'
import type { operations } from '@/api/schema'
import { useOrganization, useParam } from '@/lib/search'

/** Its arguments are always answered. */
export type Executor = Omit<ResourceOf<'Executor'>, 'attributes'> & { readonly attributes: Schema<'Executor'> & Required<Schema<'ExecutorArguments'>> }
export type ExecutorRun = ResourceOf<'ExecutorRun'>
export type Operation = Schema<'ExecutorOperation'>
export type Variable = Schema<'Variable'>
/** A value as it is sent; one without `value` stays. */
export type Setting = Schema<'VariableSettings'>
/** A variable of the module. */
export type ModuleVariable = Schema<'ModuleVariable'>
export type SourceCode = ResourceOf<'SourceCode'>
export type Output = Schema<'StateOutput'>

export const READ = 'executor.read'
export const CREATE = 'executor.create'

type ListQuery = NonNullable<operations['list_executors']['parameters']['query']>
type RunsQuery = NonNullable<operations['list_executor_runs']['parameters']['query']>

export const executorsOf = (organization: string, query: ListQuery) =>
  get('/api/v2/organizations/{organization}/executors', { params: { path: { organization }, query } })

export const executorBy = (executor: string) => get('/api/v2/executors/{executor}', { params: { path: { executor } } })

/** The executor that the address names, with the version that `If-Match` wants. */
export function useOpenExecutor() {
  const organization = useOrganization()
  const id = useParam('executor')
  const { data } = useSuspenseQuery(executorBy(id))
  return { organization, executor: data.data as Executor, etag: data.etag }
}

export const runsOf = (executor: string, query: RunsQuery) => get('/api/v2/executors/{executor}/runs', { params: { path: { executor }, query } })

/** With the approvals that it has and lacks. */
export const runBy = (executor: string, run: string) => get('/api/v2/executors/{executor}/runs/{run}', { params: { path: { executor, run } } })

/** Its plan, for the numbers. */
export const runWithPlan = (run: string) => get('/api/v2/runs/{run}', { params: { path: { run }, query: { include: 'plan' } } })

export const outputsOf = (executor: string, isRevealed = false) =>
  get('/api/v2/executors/{executor}/outputs', {
    params: { path: { executor }, query: { 'page[size]': 100, ...(isRevealed && { 'filter[sensitive]': 'revealed' }) } },
  })

export const projectsOf = (organization: string) =>
  get('/api/v2/organizations/{organization}/projects', { params: { path: { organization }, query: { 'page[size]': 100 } } })

export const sourceCodesOf = (organization: string, text = '') =>
  get('/api/v2/organizations/{organization}/source-codes', {
    params: { path: { organization }, query: { ...(text && { 'search[text]': text }), 'page[size]': 50 } },
  })

export const integrationsOf = (organization: string) =>
  get('/api/v2/organizations/{organization}/integrations', { params: { path: { organization }, query: { 'page[size]': 100 } } })

/** Directories with a module. */
export const modulesOf = (sourceCode: string, ref: string) =>
  get('/api/v2/source-codes/{source_code}/modules', { params: { path: { source_code: sourceCode }, query: { ...(ref && { ref }), 'page[size]': 100 } } })

/** What one of them takes and gives. */
export const interfaceOf = (sourceCode: string, ref: string, directory: string) =>
  get('/api/v2/source-codes/{source_code}/interface', {
    params: { path: { source_code: sourceCode }, query: { ref, ...(directory && { directory }) } },
  })

/** All that shows executors. */
export const staleExecutors = [
  stale('/api/v2/organizations/{organization}/executors'),
  stale('/api/v2/executors/{executor}'),
  stale('/api/v2/executors/{executor}/runs'),
  stale('/api/v2/executors/{executor}/runs/{run}'),
  stale('/api/v2/executors/{executor}/outputs'),
]
