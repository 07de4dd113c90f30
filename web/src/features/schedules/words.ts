// Schedules in words and as commands; pure.
import type { Schema } from '@/api/query'
import { command as joined, quoted } from '@/lib/shell'
import type { Outcome, Schedule } from './queries'

/** What can start. */
export const ACTIONS = {
  plan: 'Plan',
  'check-drift': 'Look for drift',
  apply: 'Plan and apply',
  refresh: 'Bring the state up to date',
  destroy: 'Destroy everything',
} as const satisfies Readonly<Record<string, string>>

export type ActionName = keyof typeof ACTIONS

/** What a schedule belongs to. */
export interface ScheduledObject {
  readonly kind: 'workspace' | 'executor' | 'resource'
  readonly id: string
  readonly name: string
}

/** What can start in one of each kind, the most usual first, and what it does without asking. */
export const OFFERS: Readonly<Record<ScheduledObject['kind'], readonly { readonly action: ActionName; readonly text: string; readonly help: string }[]>> = {
  workspace: [
    { action: 'plan', text: ACTIONS.plan, help: 'A run that can never be applied.' },
    { action: 'check-drift', text: ACTIONS['check-drift'], help: 'A plan of what differs between the state and the real resources.' },
    { action: 'apply', text: ACTIONS.apply, help: 'A plan with changes is applied without asking anybody.' },
    { action: 'refresh', text: ACTIONS.refresh, help: 'The state takes over what the real resources are by then.' },
    { action: 'destroy', text: ACTIONS.destroy, help: 'Everything that the workspace manages is destroyed without asking anybody. To end what is only needed for a time.' },
  ],
  executor: [
    { action: 'apply', text: 'Run it', help: 'A plan with changes is applied without asking anybody, unless a rule wants an approval.' },
    { action: 'plan', text: 'Plan only', help: 'A run that can never be applied.' },
    { action: 'refresh', text: ACTIONS.refresh, help: 'The state takes over what the real resources are by then.' },
    { action: 'destroy', text: 'Destroy what it made', help: 'Everything in its state is destroyed without asking anybody, unless a rule wants an approval.' },
  ],
  resource: [
    { action: 'plan', text: 'Plan what is new below it', help: 'A change that waits for a yes, where something that it stands on has changed.' },
    { action: 'refresh', text: 'Bring it up to date', help: 'The same, applied without asking anybody, unless a rule wants an approval.' },
    { action: 'destroy', text: 'Destroy it', help: 'To end what is only needed for a time. Approvals that rules want are still asked for.' },
  ],
}

export function actionWord(action: string, kind = 'workspace'): string {
  const offered = OFFERS[kind as ScheduledObject['kind']]?.find((one) => one.action === action)?.text
  return offered ?? (ACTIONS as Readonly<Record<string, string>>)[action] ?? action.replaceAll('-', ' ')
}

/** By the API's names where it has them, so that its errors find their fields. */
export interface Values {
  readonly name: string
  readonly action: ActionName
  /** Again and again, once at a moment, or once after a time. */
  readonly when: 'cron' | 'at' | 'after'
  readonly cron: string
  /** As the browser's clocks show it: `2026-11-23T06:00`. */
  readonly at: string
  readonly after: string
  readonly 'time-zone': string
  readonly missed: Schema<'MissedTimes'>
}

/** What a form begins with: the schedule's, or a rhythm of workdays in the browser's time zone. */
export function valuesOf(schedule: Schedule | null, kind: ScheduledObject['kind'] = 'workspace'): Values {
  const known = schedule?.attributes
  return {
    name: known?.name ?? '',
    action: (known?.action as ActionName | undefined) ?? OFFERS[kind][0]?.action ?? 'plan',
    when: known?.at ? 'at' : 'cron',
    cron: known?.cron ?? '0 6 * * 1-5',
    at: known?.at ? localInput(known.at) : '',
    after: '8h',
    'time-zone': known?.['time-zone'] ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    missed: known?.missed ?? 'run-once',
  }
}

/** A moment as an input of the browser has it. */
function localInput(at: string): string {
  const moment = new Date(at)
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000)
  return shifted.toISOString().slice(0, 16)
}

/** The times, as a request carries them; without one that was not typed yet. */
export function timesOf(values: Values) {
  return {
    'time-zone': values['time-zone'].trim() || 'UTC',
    ...(values.when === 'cron' && values.cron.trim() && { cron: values.cron.trim() }),
    ...(values.when === 'at' && values.at && { at: new Date(values.at).toISOString() }),
    ...(values.when === 'after' && values.after.trim() && { after: values.after.trim() }),
  }
}

/** What differs, to be sent; everything for a new one. Times that are as they were are not sent: they count from now. */
export function settingsOf(before: Values | null, values: Values) {
  const has = (...names: readonly (keyof Values)[]) => !before || names.some((name) => before[name] !== values[name])
  return {
    ...(values.name.trim() && has('name') && { name: values.name.trim() }),
    ...(has('action') && { action: values.action }),
    ...(has('when', 'cron', 'at', 'after', 'time-zone') && timesOf(values)),
    ...(has('missed') && { missed: values.missed }),
  }
}

/** The same from a terminal. */
export function commandOf({ kind, name }: Pick<ScheduledObject, 'kind' | 'name'>, schedule: Schedule | null, values: Values): string | undefined {
  // The command line makes none for resources.
  if (kind === 'resource' && !schedule) return undefined
  const settings = settingsOf(schedule && valuesOf(schedule), values) as Readonly<Record<string, string | undefined>>
  const flag = (name: string) => (settings[name] === undefined ? false : `--${name} ${quoted(settings[name])}`)
  return joined(
    schedule ? `slipway schedule update ${schedule.id}` : `slipway schedule create ${kind === 'executor' ? '--executor ' : ''}${quoted(name)}`,
    flag('name'),
    flag('action'),
    flag('cron'),
    flag('at'),
    flag('after'),
    flag('time-zone'),
    flag('missed'),
  )
}

/** What came of a time, in a sentence without the run that it started. */
export function outcomeWords({ kind, reason, by }: Outcome): string {
  return kind === 'started' ? `as ${by}` : (reason ?? '')
}
