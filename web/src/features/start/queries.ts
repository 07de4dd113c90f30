// What the start page and its number in the navigation read: the same requests, so that they are made once.
import { useQueries, useQuery } from '@tanstack/react-query'
import { get, type ResourceOf, type Schema } from '@/api/query'

/** Statuses of runs that wait for somebody to confirm them. */
const WAITING = 'planned,policy_checked,planned_and_saved'
/** Statuses of runs that go on by themselves. */
const MOVING = 'pending,fetching,plan_queued,planning,confirmed,apply_queued,applying'
/** More than anybody looks at here; the lists of runs and workspaces have the rest. */
const MOST = 50
/** As many runs are asked for one by one. */
const MOST_DETAILS = 20

/** Runs whose plan waits for a person, newest first. */
export const waitingRuns = (organization: string) =>
  get('/api/v2/organizations/{organization}/runs', {
    params: { path: { organization }, query: { 'filter[status]': WAITING, 'page[size]': MOST } },
  })

/** Runs that are queued or under way, newest first. */
export const movingRuns = (organization: string) =>
  get('/api/v2/organizations/{organization}/runs', {
    params: { path: { organization }, query: { 'filter[status]': MOVING, 'page[size]': MOST } },
  })

/** Workspaces whose newest run failed, newest first. */
export const failedWorkspaces = (organization: string) =>
  get('/api/v2/organizations/{organization}/workspaces', {
    params: { path: { organization }, query: { 'filter[status]': 'errored', sort: '-latest-change-at', 'page[size]': MOST } },
  })

export const workspace = (id: string) => get('/api/v2/workspaces/{workspace}', { params: { path: { workspace: id } } })

/** A run with its plan's numbers. */
export const runWithPlan = (id: string) =>
  get('/api/v2/runs/{run}', { params: { path: { run: id }, query: { include: 'plan' } } })

/** Runs that wait for exactly this person: he may confirm them. Undefined while nobody knows yet. */
export function useApprovals(organization: string): readonly Detail[] | undefined {
  const list = useQuery({ ...waitingRuns(organization), enabled: organization !== '' })
  const ids = (list.data?.data ?? []).slice(0, MOST_DETAILS).map((run) => run.id)
  const details = useQueries({
    // The list does not say what the caller may do with each run, nor what its plan changes: the run itself does.
    queries: ids.map((id) => runWithPlan(id)),
    combine: (answers) => ({
      isKnown: answers.every((answer) => !answer.isPending),
      runs: answers.flatMap((answer) => (answer.data && isForCaller(answer.data.data.attributes) ? [answer.data] : [])),
    }),
  })
  return list.isPending || !details.isKnown ? undefined : details.runs
}

function isForCaller({ permissions, actions }: Schema<'Run'>): boolean {
  return permissions['can-apply'] && actions['is-confirmable']
}

/** A run's document, with its plan beside it. */
export interface Detail {
  readonly data: ResourceOf<'Run'>
  readonly included?: unknown
}

/** The id at the other side of a relationship with one. */
export function related(resource: Pick<ResourceOf<'Run'>, 'relationships'>, name: string): string | null {
  const linkage = resource.relationships?.[name]?.data
  return linkage && !Array.isArray(linkage) ? linkage.id : null
}
