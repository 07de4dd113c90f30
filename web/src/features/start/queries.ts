// What the start page and its number in the navigation read: the same requests, so that they are made once.
import { get, type ResourceOf } from '@/api/query'

/** Statuses of runs that go on by themselves. */
const MOVING = 'pending,fetching,plan_queued,planning,confirmed,apply_queued,applying'
/** More than anybody looks at here; the list of runs has the rest. */
const MOST = 20

const runs = (organization: string, filters: { 'filter[for-me]'?: string; 'filter[status]'?: string }) =>
  get('/api/v2/organizations/{organization}/runs', {
    params: { path: { organization }, query: { ...filters, include: 'workspace', 'page[size]': MOST } },
  })

/** Plans that the caller may confirm, newest first. */
export const approvals = (organization: string) => runs(organization, { 'filter[for-me]': 'confirm' })

/** Failures of the last week where the caller may apply, and nothing newer ran since. */
export const failures = (organization: string) => runs(organization, { 'filter[for-me]': 'failed' })

/** Changes of resources that wait for a yes, and that the caller may decide about, newest first. */
export const changes = (organization: string) =>
  get('/api/v2/organizations/{organization}/resource-changes', {
    params: { path: { organization }, query: { 'filter[for-me]': 'decide', 'page[size]': MOST } },
  })

/** Runs that are queued or under way, newest first. */
export const movingRuns = (organization: string) => runs(organization, { 'filter[status]': MOVING })

/** A run with its plan, for the numbers. */
export const runWithPlan = (id: string) =>
  get('/api/v2/runs/{run}', { params: { path: { run: id }, query: { include: 'plan' } } })

/** A list of runs, as it is answered: the workspaces stand beside them. */
export interface RunList {
  readonly data: readonly ResourceOf<'Run'>[]
  readonly included?: unknown
  readonly meta?: { readonly pagination: { readonly 'total-count': number } } | null
}

/** A list of changes of resources, as it is answered. */
export interface ChangeList {
  readonly data: readonly ResourceOf<'ResourceChange'>[]
  readonly meta?: RunList['meta']
}

/** How many there are, also where fewer are shown. */
export function totalOf(list: RunList | ChangeList | undefined): number {
  return list?.meta?.pagination['total-count'] ?? list?.data.length ?? 0
}

/** The workspace of a run of the list. */
export function workspaceOf(list: RunList, run: ResourceOf<'Run'>): ResourceOf<'Workspace'> | null {
  const id = related(run, 'workspace')
  const included = (list.included ?? []) as readonly ResourceOf<'Workspace'>[]
  return included.find((one) => one.type === 'workspaces' && one.id === id) ?? null
}

/** The id at the other side of a relationship with one. */
export function related(resource: Pick<ResourceOf<'Run'>, 'relationships'>, name: string): string | null {
  const linkage = resource.relationships?.[name]?.data
  return linkage && !Array.isArray(linkage) ? linkage.id : null
}
