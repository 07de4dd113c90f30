// Where workspaces stand, as people tell it: statuses of the newest run in groups that mean the same.
import type { IconName, Tone } from '@/ui/icon'

export interface Standing {
  /** Statuses of the API, as its filter takes them. */
  readonly statuses: readonly string[]
  /** For filters and chips. */
  readonly word: string
  /** Behind a number: `3 need confirmation`. */
  readonly counted: string
  readonly icon: IconName
  readonly tone: Tone
}

/** In the order of what concerns people: what waits for them, what is wrong, what moves, what rests. */
export const STANDINGS: readonly Standing[] = [
  {
    statuses: ['planned', 'policy_checked', 'planned_and_saved'],
    word: 'Needs confirmation',
    counted: 'need confirmation',
    icon: 'waiting',
    tone: 'accent',
  },
  { statuses: ['errored'], word: 'Failed', counted: 'failed', icon: 'failed', tone: 'danger' },
  { statuses: ['fetching', 'planning', 'applying'], word: 'Running', counted: 'running', icon: 'running', tone: 'info' },
  {
    statuses: ['pending', 'plan_queued', 'confirmed', 'apply_queued'],
    word: 'Queued',
    counted: 'queued',
    icon: 'queued',
    tone: 'neutral',
  },
  {
    statuses: ['discarded', 'canceled', 'force_canceled'],
    word: 'Discarded or canceled',
    counted: 'discarded or canceled',
    icon: 'canceled',
    tone: 'neutral',
  },
  { statuses: ['none'], word: 'Never run', counted: 'never run', icon: 'never', tone: 'neutral' },
  { statuses: ['applied', 'planned_and_finished'], word: 'In sync', counted: 'in sync', icon: 'ok', tone: 'neutral' },
]

/** How the filter is written in the address and in the API. */
export const filterOf = ({ statuses }: Standing) => statuses.join(',')

/** What somebody has to look at. */
export const ATTENTION = STANDINGS.slice(0, 2).flatMap(({ statuses }) => statuses)

/** How many stand there. */
export function countOf(statuses: readonly string[], byStatus: Readonly<Record<string, number>>): number {
  return statuses.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0)
}
