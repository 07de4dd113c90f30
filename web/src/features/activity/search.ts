// What the activity has in its address: its filters, the place in time, the event that is open.
import { parameter, type ParseSearch } from '@/lib/search'

export const SINCE = ['1h', '24h', '7d', '30d'] as const

export type Since = (typeof SINCE)[number]

const HOURS: Record<Since, number> = { '1h': 1, '24h': 24, '7d': 24 * 7, '30d': 24 * 30 }
const STEP_MS = 5 * 60_000

export interface ActivitySearch {
  /** A part of an action, a name, an id or a changed field. */
  readonly q: string | undefined
  /** `run.confirmed`, or `run` for all below it. */
  readonly action: string | undefined
  /** Name of who did it. */
  readonly actor: string | undefined
  readonly kind: string | undefined
  /** Id of one object: its history. */
  readonly object: string | undefined
  readonly request: string | undefined
  readonly address: string | undefined
  readonly since: Since | undefined
  /** RFC 3339, or a day. */
  readonly from: string | undefined
  readonly to: string | undefined
  /** Id of an event: what happened before it is shown. */
  readonly after: string | undefined
  /** Id of the event whose details are open. */
  readonly event: string | undefined
}

export const parseActivity: ParseSearch<ActivitySearch> = (raw) => ({
  q: parameter.text(raw['q']),
  action: parameter.text(raw['action']),
  actor: parameter.text(raw['actor']),
  kind: parameter.text(raw['kind']),
  object: parameter.text(raw['object']),
  request: parameter.text(raw['request']),
  address: parameter.text(raw['address']),
  since: parameter.oneOf(raw['since'], SINCE),
  from: moment(raw['from']),
  to: moment(raw['to']),
  after: parameter.text(raw['after']),
  event: parameter.text(raw['event']),
})

/** A text that is a point in time, otherwise nothing. */
function moment(value: unknown): string | undefined {
  const text = parameter.text(value)
  return text && !Number.isNaN(Date.parse(text)) ? text : undefined
}

/** The request's filters; `since` counts from `now`, in steps, so that the request stays the same for a while. */
export function filtersOf(search: ActivitySearch, now: number) {
  const begin = search.since && new Date(Math.floor((now - HOURS[search.since] * 3_600_000) / STEP_MS) * STEP_MS).toISOString()
  const from = search.from ? new Date(search.from).toISOString() : begin
  return {
    ...(search.q && { search: search.q }),
    ...(search.action && { 'filter[action]': search.action }),
    ...(search.actor && { 'filter[actor-name]': search.actor }),
    ...(search.kind && { 'filter[object-kind]': search.kind }),
    ...(search.object && { 'filter[object]': search.object }),
    ...(search.request && { 'filter[request]': search.request }),
    ...(search.address && { 'filter[address]': search.address }),
    ...(from && { 'filter[from]': from }),
    ...(search.to && { 'filter[to]': new Date(search.to).toISOString() }),
  }
}

/** The same list from a terminal. */
export function commandOf(search: ActivitySearch, now: number): string {
  const filters = filtersOf(search, now)
  const options: readonly (readonly [string, string | undefined])[] = [
    ['--search', search.q],
    ['--action', search.action],
    ['--actor-name', search.actor],
    ['--object-kind', search.kind],
    ['--object', search.object],
    ['--request', search.request],
    ['--address', search.address],
    ['--from', filters['filter[from]']],
    ['--to', filters['filter[to]']],
  ]
  const set = options.flatMap(([name, value]) => (value ? [`${name} ${/^[\w.:@-]+$/.test(value) ? value : `"${value}"`}`] : []))
  return ['slipway event list', ...set, ...(search.to || search.after ? [] : ['--follow'])].join(' ')
}
