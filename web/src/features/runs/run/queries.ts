// What the run page reads, and which of it events make stale.
import { queryOptions } from '@tanstack/react-query'
import type { LiveEvent } from '@/api/events'
import { get, type ResourceOf, type Schema, stale } from '@/api/query'

export type Run = ResourceOf<'Run'>
export type Phase = ResourceOf<'Phase'>
export type Workspace = ResourceOf<'Workspace'>
export type RunStatus = Schema<'RunStatus'>

/** A run with its two phases. */
export interface RunDetail {
  readonly run: Run
  readonly plan: Phase
  readonly apply: Phase
}

/** A run with its plan and apply, in one answer. */
export const runDetail = (run: string) => {
  const query = get('/api/v2/runs/{run}', { params: { path: { run }, query: { include: 'plan,apply' } } })
  return queryOptions({
    queryKey: query.queryKey,
    queryFn: query.queryFn as never as () => Promise<RunDocument>,
    select: detailOf,
  })
}

interface RunDocument {
  readonly data: Run
  readonly included?: readonly unknown[]
}

function detailOf(document: RunDocument): RunDetail {
  const included = (document.included ?? []) as readonly Phase[]
  const phase = (type: string) => included.find((resource) => resource.type === type)
  return { run: document.data, plan: phase('plans') ?? absent('plans'), apply: phase('applies') ?? absent('applies') }
}

/** In place of a phase that an answer without it has. */
function absent(type: string): Phase {
  return {
    id: '',
    type,
    attributes: {
      status: 'pending',
      'status-timestamps': {},
      'log-read-url': '',
      'resource-additions': 0,
      'resource-changes': 0,
      'resource-destructions': 0,
      'resource-imports': 0,
      'has-changes': false,
    } as Schema<'Phase'>,
  }
}

export const workspaceOf = (organization: string, workspace: string) =>
  get('/api/v2/organizations/{organization}/workspaces/{workspace}', { params: { path: { organization, workspace } } })

export const commentsOf = (run: string) => get('/api/v2/runs/{run}/comments', { params: { path: { run } } })

/** Where the run's other side is. */
export function relatedId(run: Run, name: string): string {
  const linkage = run.relationships?.[name]?.data
  return linkage && !Array.isArray(linkage) ? linkage.id : ''
}

const FINAL: ReadonlySet<RunStatus> = new Set(['applied', 'planned_and_finished', 'discarded', 'errored', 'canceled', 'force_canceled'])

/** Whether nothing will happen to it any more. */
export function isFinal(status: RunStatus): boolean {
  return FINAL.has(status)
}

/** Whether it waits for a person to say yes. */
export function isForPerson(status: RunStatus): boolean {
  return status === 'planned' || status === 'policy_checked' || status === 'planned_and_saved'
}

/** What an event about runs and their plans makes stale. */
export function staleAfter(event: LiveEvent) {
  const { 'object-kind': kind, 'object-id': id } = event.attributes
  if (kind === 'runner-pool') return [stale('/api/v2/runs/{run}/waiting')]
  // Whose yes counts is said by rules, teams and roles.
  if (kind === 'plan' || kind === 'approval-rule' || kind === 'team' || kind === 'role-assignment') return [stale('/api/v2/runs/{run}')]
  if (kind !== 'run') return []
  return [
    stale('/api/v2/runs/{run}', { run: id }),
    stale('/api/v2/runs/{run}/comments', { run: id }),
    // Who waits for it goes on when it ends.
    stale('/api/v2/runs/{run}/waiting'),
    stale('/api/v2/organizations/{organization}/runs'),
    stale('/api/v2/workspaces/{workspace}/runs'),
    stale('/api/v2/organizations/{organization}/workspaces/{workspace}'),
  ]
}
