// Executors in words; pure.
import type { Executor, ExecutorRun, Operation } from './queries'

export const OPERATIONS: Readonly<Record<Operation, string>> = {
  plan: 'Plan only',
  'plan-and-apply': 'Plan and apply',
  refresh: 'Refresh only',
  destroy: 'Destroy everything',
}

export const STATUSES = ['new', 'running', 'waiting', 'succeeded', 'failed', 'stopped'] as const

/** `modules, v1.2.0, jobs/backup`. */
export function whatRuns(attributes: Pick<Executor['attributes'], 'source-code' | 'ref' | 'directory'>): string {
  return [attributes['source-code'], attributes.ref, attributes.directory].filter(Boolean).join(' · ')
}

/** Why nothing of it can be started now, whoever asks; null when it can. */
export function noRun({ attributes }: Pick<Executor, 'attributes'>): string | null {
  if (!attributes['is-enabled']) return 'It is disabled: nothing of it is started, by people or schedules. Enable it first.'
  if (attributes.status === 'running') return 'A run of it is under way. One at a time.'
  return attributes.status === 'waiting' ? 'A run of it waits for a yes or a no. Decide on that first.' : null
}

type May = keyof Executor['attributes']['permissions']

const PERMISSIONS: Readonly<Record<May, string>> = {
  'can-plan': 'executor.run.plan',
  'can-apply': 'executor.run.apply',
  'can-destroy': 'executor.run.destroy',
  'can-cancel': 'executor.run.cancel',
  'can-approve': 'executor.approve',
  'can-update': 'executor.update',
  'can-delete': 'executor.delete',
}

/** Why the caller may not; null when he may. */
export function refusal({ attributes }: Pick<Executor, 'attributes'>, may: May): string | null {
  return attributes.permissions[may] ? null : `This needs ${PERMISSIONS[may]} in its project, which none of your roles gives. Ask who administers it.`
}

/** Which permission it takes to start it. */
export const NEEDED: Readonly<Record<Operation, May>> = { plan: 'can-plan', 'plan-and-apply': 'can-apply', refresh: 'can-apply', destroy: 'can-destroy' }

/** Whether something may still happen to it. */
export function isOpen({ attributes: { actions } }: ExecutorRun): boolean {
  return actions['is-cancelable'] || actions['is-confirmable'] || actions['is-discardable']
}

/** A value as the command line and the configuration write it. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
