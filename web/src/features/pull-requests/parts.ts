// Pull requests as the API tells of them: their workspaces in order of risk, and what can be done; pure.
import type { ResourceOf, Schema } from '@/api/query'

export type PullRequest = ResourceOf<'PullRequest'>
export type Planned = Schema<'PullRequestWorkspace'>

/** Runs of which the plan is not done: their numbers say nothing yet. */
const BEFORE_THE_PLAN = new Set<string | null | undefined>(['pending', 'fetching', 'queuing', 'plan_queued', 'planning'])

/** What a plan changes, once it is known. */
export function countsOf({ counts, status }: Planned) {
  if (!counts || !status || BEFORE_THE_PLAN.has(status)) return null
  return { create: counts.add, update: counts.change, destroy: counts.destroy }
}

/** What destroys first, then what changes, then the others by name: as the comment at the forge has it. */
export function riskFirst(workspaces: readonly Planned[]): readonly Planned[] {
  const risk = ({ counts, status }: Planned) => {
    if (status === 'errored') return 3
    if ((counts?.destroy ?? 0) > 0) return 2
    return (counts?.add ?? 0) + (counts?.change ?? 0) + (counts?.import ?? 0) > 0 ? 1 : 0
  }
  return workspaces.toSorted((left, right) => risk(right) - risk(left) || left.name.localeCompare(right.name))
}

/** Whether something can still be planned of it. */
export const isOpen = ({ attributes }: PullRequest) => attributes.state === 'open' || attributes.state === 'draft'
