// What of a list of runs stands in its address.
import type { Schema } from '@/api/query'
import { parameter, type ParseSearch } from '@/lib/search'

export interface RunsSearch {
  /** Groups of statuses. */
  readonly status?: readonly string[]
  /** Its name. */
  readonly workspace?: string
  /** Id of the user who started it. */
  readonly by?: string
  /** Only plans that the caller may confirm. */
  readonly mine?: true
  readonly page?: number
}

/** Statuses as people ask for them. */
export const GROUPS = {
  waiting: { text: 'Needs confirmation', statuses: ['planned', 'policy_checked', 'planned_and_saved'] },
  active: { text: 'Under way', statuses: ['pending', 'fetching', 'plan_queued', 'planning', 'confirmed', 'apply_queued', 'applying'] },
  applied: { text: 'Applied', statuses: ['applied'] },
  planned: { text: 'Plan finished', statuses: ['planned_and_finished'] },
  failed: { text: 'Failed', statuses: ['errored'] },
  stopped: { text: 'Canceled or discarded', statuses: ['canceled', 'force_canceled', 'discarded'] },
} as const satisfies Record<string, { text: string; statuses: readonly Schema<'RunStatus'>[] }>

/** All runs again. */
export const NO_FILTER: RunsSearch = { status: undefined, workspace: undefined, by: undefined, mine: undefined, page: undefined }

export const parseRunsSearch: ParseSearch<RunsSearch> = (raw) => ({
  status: parameter.list(raw['status']),
  workspace: parameter.text(raw['workspace']),
  by: parameter.text(raw['by']),
  mine: parameter.flag(raw['mine']),
  page: parameter.page(raw['page']),
})

/** The API's statuses of the chosen groups; a status itself is taken as well, from addresses that were written by hand. */
export function statusesOf(groups: readonly string[] | undefined): string | undefined {
  const statuses = groups?.flatMap((group) => (group in GROUPS ? GROUPS[group as keyof typeof GROUPS].statuses : [group]))
  return statuses && statuses.length > 0 ? statuses.join(',') : undefined
}
