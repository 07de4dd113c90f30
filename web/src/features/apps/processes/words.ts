// What is said of a process, in words and as the API takes it; pure.
import type { Schema } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import type { Autoscale, ProcessSettings } from './queries'

/** `2 to 10 units, 70 % of the processor`. */
export function autoscaleWords(said: Autoscale): string {
  const { 'processor-percent': processor, 'memory-percent': memory } = said
  const full = [processor ? `${processor} % of the processor` : null, memory ? `${memory} % of the memory` : null].filter(Boolean).join(' and ')
  return `${said['min-units']} to ${said['max-units']} units, at ${full}`
}

export interface Values {
  /** By name; empty for the app's. */
  readonly plan: string
  /** `key=value`, one in each line, as the annotations. */
  readonly labels: string
  readonly annotations: string
  readonly staged: boolean
}

const text = (pairs: Readonly<Record<string, string>>) => Object.entries(pairs).map(([key, value]) => `${key}=${value}`).join('\n')

export const valuesOf = ({ attributes }: Pick<ProcessSettings, 'attributes'>): Values => ({
  plan: attributes.plan?.name ?? '',
  labels: text(attributes.labels),
  annotations: text(attributes.annotations),
  staged: false,
})

const lines = (said: string) => said.split('\n').map((line) => line.trim()).filter(Boolean)

const pairs = (said: string) => Object.fromEntries(lines(said).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))

/** What is wrong with it, by field. */
export function problemsOf({ labels, annotations }: Values): Partial<Record<keyof Values, string>> {
  const bad = (said: string) => lines(said).find((line) => line.indexOf('=') < 1)
  const [label, annotation] = [bad(labels), bad(annotations)]
  return {
    ...(label !== undefined && { labels: `Write key=value in each line: "${label}" is none.` }),
    ...(annotation !== undefined && { annotations: `Write key=value in each line: "${annotation}" is none.` }),
  }
}

const isSame = (one: string, other: string) => JSON.stringify(Object.entries(pairs(one)).toSorted()) === JSON.stringify(Object.entries(pairs(other)).toSorted())

/** What differs. */
export function changesOf(before: Values, after: Values): Schema<'AppProcessChanges'> {
  return {
    ...(after.plan !== before.plan && { plan: after.plan || null }),
    ...(!isSame(before.labels, after.labels) && { labels: pairs(after.labels) }),
    ...(!isSame(before.annotations, after.annotations) && { annotations: pairs(after.annotations) }),
  }
}

/** The same from a terminal. */
export function updateCommand(app: string, process: string, before: Values, after: Values): string {
  return command(
    `slipway app process update ${quoted(process)}`,
    `--app ${quoted(app)}`,
    after.plan !== before.plan && (after.plan ? `--plan ${quoted(after.plan)}` : '--plan-of-app'),
    ...flags('label', pairs(before.labels), pairs(after.labels)),
    ...flags('annotation', pairs(before.annotations), pairs(after.annotations)),
    after.staged && '--staged',
  )
}

/** What is another or new, and what goes. */
function flags(of: string, before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): readonly string[] {
  const other = Object.entries(after).filter(([key, value]) => before[key] !== value)
  const gone = Object.keys(before).filter((key) => !(key in after))
  return [...other.map(([key, value]) => `--${of} ${quoted(`${key}=${value}`)}`), ...gone.map((key) => `--remove-${of} ${quoted(key)}`)]
}

export interface Scaling {
  readonly 'min-units': string
  readonly 'max-units': string
  /** Empty for none, as the other. */
  readonly 'processor-percent': string
  readonly 'memory-percent': string
}

/** Of a process of so many units. */
export const scalingOf = (said: Autoscale | null | undefined, units: number): Scaling => ({
  'min-units': String(said?.['min-units'] ?? Math.max(1, units)),
  'max-units': String(said?.['max-units'] ?? Math.max(2, units * 3)),
  'processor-percent': said ? String(said['processor-percent'] ?? '') : '70',
  'memory-percent': String(said?.['memory-percent'] ?? ''),
})

const MOST = 100

export function scalingProblems(values: Scaling): Partial<Record<keyof Scaling, string>> {
  const [least, most] = [Number(values['min-units']), Number(values['max-units'])]
  const isWhole = (number: number) => Number.isInteger(number) && number >= 1 && number <= MOST
  const isWrong = (said: string, top: number) => said.trim() !== '' && !(Number.isInteger(Number(said)) && Number(said) >= 10 && Number(said) <= top)
  const isNothing = !values['processor-percent'].trim() && !values['memory-percent'].trim()
  return {
    ...(!isWhole(least) && { 'min-units': `Write a number from 1 to ${MOST}.` }),
    ...(!isWhole(most) ? { 'max-units': `Write a number from 1 to ${MOST}.` } : most < least && { 'max-units': 'Not fewer than the fewest.' }),
    ...(isWrong(values['processor-percent'], 200) && { 'processor-percent': 'Write a number from 10 to 200, or nothing.' }),
    ...(isWrong(values['memory-percent'], 95) && { 'memory-percent': 'Write a number from 10 to 95, or nothing.' }),
    ...(isNothing && { 'processor-percent': 'Say how busy its units shall be, or how full.' }),
  }
}

export const scalingFor = (values: Scaling): Autoscale => ({
  'min-units': Number(values['min-units']),
  'max-units': Number(values['max-units']),
  ...(values['processor-percent'].trim() && { 'processor-percent': Number(values['processor-percent']) }),
  ...(values['memory-percent'].trim() && { 'memory-percent': Number(values['memory-percent']) }),
})

export function scalingCommand(app: string, process: string, values: Scaling): string {
  const { 'processor-percent': processor, 'memory-percent': memory } = values
  return command(
    `slipway app autoscale set ${quoted(process)}`,
    `--min ${values['min-units'].trim() || 'NUMBER'} --max ${values['max-units'].trim() || 'NUMBER'}`,
    processor.trim() && `--processor ${processor.trim()}`,
    memory.trim() && `--memory ${memory.trim()}`,
    `--app ${quoted(app)}`,
  )
}
