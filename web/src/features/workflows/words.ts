// Workflows in words and as commands; pure.
import { counted } from '@/lib/numbers'
import { command, quoted } from '@/lib/shell'
import type { Kind, Step, Wanted, Workflow } from './queries'

export const KINDS: Readonly<Record<Kind | 'create', string>> = { create: 'Make a blueprint', upgrade: 'Upgrade', refresh: 'Bring up to date', destroy: 'Destroy' }

export const STATUSES = ['planned', 'running', 'succeeded', 'failed', 'canceled'] as const

type StepStatus = Step['status']

/** How many steps stand how. */
export function tally(steps: readonly Step[]): Readonly<Record<StepStatus, number>> {
  const counts = { pending: 0, running: 0, waiting: 0, done: 0, failed: 0, skipped: 0 }
  for (const { status } of steps) counts[status] += 1
  return counts
}

const TALLIED: readonly (readonly [StepStatus, string])[] = [
  ['running', 'running'],
  ['waiting', 'wait for a yes'],
  ['failed', 'failed'],
  ['skipped', 'left out'],
  ['pending', 'not begun'],
]

/** `2 running, 1 failed`; what is none is left out. */
export function tallyWords(steps: readonly Step[]): string {
  const counts = tally(steps)
  return TALLIED.filter(([status]) => counts[status] > 0)
    .map(([status, word]) => `${counts[status]} ${status === 'waiting' && counts[status] === 1 ? 'waits for a yes' : word}`)
    .join(', ')
}

/** After what it begins nothing more. */
export function stopWords(stopAfter: number): string {
  return stopAfter === 1 ? 'after the first failed step' : `after ${counted(stopAfter, 'failed step')}`
}

type Status = Workflow['attributes']['status']

/** Why it cannot be started now; null when it can. */
export const noStart: Readonly<Record<Status, string | null>> = {
  planned: null,
  running: 'It runs already.',
  succeeded: 'Every step is done.',
  failed: 'It was started. Try what failed again.',
  canceled: 'It was stopped. Try what is left again.',
}

/** Why nothing of it can be tried again now. */
export const noRetry: Readonly<Record<Status, string | null>> = {
  planned: 'It was not started yet.',
  running: 'It still runs. What failed can be tried again when it is over.',
  succeeded: 'Every step is done.',
  failed: null,
  canceled: null,
}

/** Why it cannot be stopped now. */
export const noCancel: Readonly<Record<Status, string | null>> = {
  planned: null,
  running: null,
  succeeded: 'It is over: every step is done.',
  failed: 'It is over.',
  canceled: 'It was stopped already.',
}

/** Why it cannot be deleted now. */
export const noDelete = (status: Status): string | null => (status === 'running' ? 'It runs. Stop it first.' : null)

/** The same from a terminal, for one that is there. */
export function commandFor(id: string, status: Status): string {
  if (status === 'planned') return `slipway workflow start ${id} --wait`
  return status === 'failed' || status === 'canceled' ? `slipway workflow retry ${id} --wait` : `slipway workflow show ${id}`
}

/** How many run at once where nobody says. */
export const PARALLEL = 5

/** What is typed in a form that makes one. */
export interface How {
  readonly parallel: string
  readonly 'stop-after': string
  readonly reason: string
  readonly auto: boolean
}

export const HOW: How = { parallel: String(PARALLEL), 'stop-after': '1', reason: '', auto: false }

/** What is wrong with it, by field. */
export function problemsOf({ parallel, 'stop-after': stopAfter }: How): Partial<Record<keyof How, string>> {
  const isWithin = (text: string, most: number) => /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= most
  return {
    ...(!isWithin(parallel, 50) && { parallel: 'Give a number from 1 to 50.' }),
    ...(!isWithin(stopAfter, 1_000) && { 'stop-after': 'Give a number from 1 on.' }),
  }
}

/** What is sent to make one. */
export function wantedOf(kind: Kind, resources: readonly string[], version: string, how: How): Wanted {
  return {
    kind,
    resources: [...resources],
    ...(version && { 'source-code-version': version }),
    parallel: Number(how.parallel),
    'stop-after': Number(how['stop-after']),
    reason: how.reason.trim(),
    'auto-apply': how.auto,
  }
}

/** The same from a terminal. More than a few ids are not written out. */
export function createCommand(kind: Kind, resources: readonly string[], version: string, how: How): string {
  return command(
    `slipway workflow ${kind}`,
    kind === 'upgrade' && (version || 'VERSION'),
    ...resources.slice(0, 3),
    resources.length > 3 && '…',
    how.parallel.trim() !== String(PARALLEL) && `--parallel ${quoted(how.parallel.trim())}`,
    how['stop-after'].trim() !== '1' && `--stop-after ${quoted(how['stop-after'].trim())}`,
    how.auto && '--auto-apply',
    how.reason.trim() && `--reason ${quoted(how.reason.trim())}`,
  )
}
