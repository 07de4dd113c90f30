// The stations of a run: where it was, where it stands, what is ahead, and how long each took. Pure.
import { count, counted } from '@/lib/numbers'
import type { IconName, Tone } from '@/ui/icon'
import { lacksApproval } from './decisions'
import { isForPerson, type Phase, type Run, type RunDetail } from './queries'

export interface PhaseStation {
  readonly name: 'Queued' | 'Plan' | 'Confirm' | 'Apply'
  readonly icon: IconName
  readonly tone: Tone
  readonly place: 'done' | 'now' | 'todo'
  /** RFC 3339; without an end it runs. */
  readonly from?: string
  readonly to?: string
  readonly detail?: string
  /** Draft marks. */
  readonly hasMarks: boolean
}

/** From top to bottom. */
export function stationsOf({ run, plan, apply }: RunDetail): readonly PhaseStation[] {
  const stations = [queued(run), planned(run, plan)]
  if (run.attributes['plan-only'] || run.attributes.status === 'planned_and_finished') return stations
  return [...stations, confirmed(run, plan), applied(run, apply)]
}

type Look = Pick<PhaseStation, 'icon' | 'tone' | 'place'>

const DONE: Look = { icon: 'ok', tone: 'neutral', place: 'done' }
const TODO: Look = { icon: 'todo', tone: 'neutral', place: 'todo' }
const RUNNING: Look = { icon: 'running', tone: 'info', place: 'now' }
const FAILED: Look = { icon: 'failed', tone: 'danger', place: 'done' }
const CANCELED: Look = { icon: 'canceled', tone: 'neutral', place: 'done' }

function at(run: Run, ...names: readonly string[]): string | undefined {
  const times = run.attributes['status-timestamps']
  return names.map((name) => times[`${name}-at`]).find((time) => time !== undefined)
}

const ENDED = ['errored', 'canceled', 'force-canceled', 'discarded'] as const

function queued(run: Run): PhaseStation {
  const { status } = run.attributes
  const from = run.attributes['created-at']
  const to = at(run, 'planning') ?? at(run, ...ENDED)
  const isWaiting = status === 'pending' || status === 'plan_queued' || status === 'fetching'
  const look = isWaiting ? ({ icon: 'queued', tone: 'neutral', place: 'now' } as const) : at(run, 'planning') ? DONE : CANCELED
  return { name: 'Queued', ...look, from, ...(to && { to }), hasMarks: false }
}

function planned(run: Run, plan: Phase): PhaseStation {
  const from = at(run, 'planning')
  const to = at(run, 'planned', 'planned-and-finished', 'planned-and-saved') ?? (from && at(run, ...ENDED))
  const look = lookOf(plan)
  const detail = plan.attributes.status === 'finished' ? planWords(plan) : undefined
  return { name: 'Plan', ...look, ...(from && { from }), ...(to && { to }), ...(detail && { detail }), hasMarks: true }
}

function confirmed(run: Run, plan: Phase): PhaseStation {
  const { status } = run.attributes
  const from = at(run, 'planned', 'planned-and-saved')
  const to = at(run, 'confirmed') ?? (from && at(run, ...ENDED))
  const times = { ...(from && { from }), ...(to && { to }), hasMarks: false }
  if (isForPerson(status)) return { name: 'Confirm', icon: 'waiting', tone: 'accent', place: 'now', ...times, detail: waitsFor(run) }
  if (at(run, 'confirmed')) {
    if (run.attributes['auto-apply']) return { name: 'Confirm', ...DONE, detail: 'by auto-apply', hasMarks: false }
    return { name: 'Confirm', ...DONE, ...times }
  }
  if (status === 'discarded' && from) return { name: 'Confirm', ...CANCELED, ...times, detail: 'discarded' }
  if (from && to) return { name: 'Confirm', ...CANCELED, ...times }
  const isAhead = plan.attributes.status !== 'errored' && plan.attributes.status !== 'canceled'
  return { name: 'Confirm', ...(isAhead ? TODO : { ...TODO, icon: 'never' as const }), hasMarks: false }
}

function waitsFor(run: Run): string {
  if (!lacksApproval(run)) return 'waits for a yes'
  return run.attributes.approvals?.status === 'rejected' ? 'rejected' : 'waits for approval'
}

function applied(run: Run, apply: Phase): PhaseStation {
  const { status } = run.attributes
  const from = at(run, 'applying')
  const to = at(run, 'applied') ?? (from && at(run, ...ENDED))
  if (status === 'apply_queued' || status === 'confirmed') {
    const since = at(run, 'apply-queued', 'confirmed')
    return { name: 'Apply', icon: 'queued', tone: 'neutral', place: 'now', ...(since && { from: since }), detail: 'waits for a runner', hasMarks: false }
  }
  if (!from) return { name: 'Apply', ...(apply.attributes.status === 'unreachable' ? { ...TODO, icon: 'never' as const } : TODO), hasMarks: false }
  const detail = to ? applyWords(apply) : undefined
  return { name: 'Apply', ...lookOf(apply), from, ...(to && { to }), ...(detail && { detail }), hasMarks: true }
}

function lookOf(phase: Phase): Look {
  switch (phase.attributes.status) {
    case 'finished':
      return DONE
    case 'running':
      return RUNNING
    case 'errored':
      return FAILED
    case 'canceled':
      return CANCELED
    case 'unreachable':
      return { ...TODO, icon: 'never' }
    default:
      return TODO
  }
}

function planWords(phase: Phase): string {
  const { 'resource-imports': take, 'resource-additions': add, 'resource-changes': change, 'resource-destructions': destroy } = phase.attributes
  if (take + add + change + destroy === 0) return phase.attributes['has-changes'] ? 'only outputs change' : 'no changes'
  return listed([take, 'to import'], [add, 'to add'], [change, 'to change'], [destroy, 'to destroy'])
}

function applyWords(phase: Phase): string {
  const { 'resource-imports': take, 'resource-additions': add, 'resource-changes': change, 'resource-destructions': destroy } = phase.attributes
  return phase.attributes.status === 'finished' ? listed([take, 'imported'], [add, 'added'], [change, 'changed'], [destroy, 'destroyed']) : ''
}

function listed(...parts: readonly (readonly [number, string])[]): string {
  const shown = parts.filter(([number]) => number > 0)
  return shown.map(([number, words]) => `${count(number)} ${words}`).join(', ')
}

/** What it was started for, in words: `Plan and apply`. */
export function operationOf(run: Run): string {
  const { 'is-destroy': isDestroy, 'plan-only': isPlanOnly, 'refresh-only': isRefreshOnly } = run.attributes
  if (isDestroy) return isPlanOnly ? 'Plan to destroy everything' : 'Destroy everything'
  if (isRefreshOnly) return isPlanOnly ? 'Look for drift' : 'Refresh the state'
  return isPlanOnly ? 'Plan only' : 'Plan and apply'
}

/** What the plan takes away: destroyed and replaced. */
export function deletionsOf(plan: Phase): string | null {
  const number = plan.attributes['resource-destructions']
  return number === 0 ? null : counted(number, 'deletion')
}
