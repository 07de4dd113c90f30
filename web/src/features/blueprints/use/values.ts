// What was chosen to use a blueprint, as a request and a command carry it; pure.
import type { Schema } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import type { Blueprint } from '../queries'

/** What is said about one part. */
export interface PartValues {
  readonly name: string
  readonly given: Readonly<Record<string, unknown>>
  /** Ids. */
  readonly integrations: readonly string[]
}

export interface Values {
  /** With what names begin; empty for the blueprint's. */
  readonly name: string
  /** Its id; empty for the default one. */
  readonly project: string
  readonly constants: Readonly<Record<string, unknown>>
  /** Ids, by external. */
  readonly externals: Readonly<Record<string, string>>
  readonly parts: Readonly<Record<string, PartValues>>
  readonly parallel: string
  readonly 'stop-after': string
  readonly reason: string
  readonly auto: boolean
}

const NOTHING: PartValues = { name: '', given: {}, integrations: [] }

export const BLANK: Values = { name: '', project: '', constants: {}, externals: {}, parts: {}, parallel: '5', 'stop-after': '1', reason: '', auto: false }

export const partOf = (values: Values, part: string): PartValues => values.parts[part] ?? NOTHING

/** The workflow that makes it. */
export function wantedOf(blueprint: string, values: Values): Schema<'NewWorkflow'> {
  const parts = Object.entries(values.parts).flatMap(([part, { name, given, integrations }]) => {
    const choice = {
      ...(name.trim() && { name: name.trim() }),
      ...(Object.keys(given).length > 0 && { values: { ...given } }),
      ...(integrations.length > 0 && { integrations: [...integrations] }),
    }
    return Object.keys(choice).length > 0 ? [[part, choice] as const] : []
  })
  return {
    kind: 'create',
    blueprint,
    ...(values.project && { project: values.project }),
    ...(values.name.trim() && { name: values.name.trim() }),
    constants: values.constants as Record<string, never>,
    externals: Object.fromEntries(Object.entries(values.externals).filter(([, id]) => id !== '')),
    parts: Object.fromEntries(parts) as Record<string, never>,
    parallel: Number(values.parallel),
    'stop-after': Number(values['stop-after']),
    reason: values.reason.trim(),
    'auto-apply': values.auto,
  }
}

/** What can be said without the server, by field. */
export function problemsOf({ parallel, 'stop-after': stopAfter }: Values): Partial<Record<keyof Values, string>> {
  const isWithin = (text: string, most: number) => /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= most
  return {
    ...(!isWithin(parallel, 50) && { parallel: 'Give a number from 1 to 50.' }),
    ...(!isWithin(stopAfter, 1_000) && { 'stop-after': 'Give a number from 1 on.' }),
  }
}

/** `names` are those of projects, resources and integrations by id; `secrets` are `part.variable`, and names of constants. */
export function commandOf(attributes: Pick<Blueprint['attributes'], 'name'>, values: Values, names: ReadonlyMap<string, string>, secrets: ReadonlySet<string>): string {
  const named = (id: string) => names.get(id) ?? id
  return command(
    `slipway blueprint use ${quoted(attributes.name)}`,
    values.name.trim() && `--name ${quoted(values.name.trim())}`,
    values.project && `--in-project ${quoted(named(values.project))}`,
    ...Object.entries(values.constants).map(([name, value]) => `--constant ${secrets.has(name) ? `${name}=…` : quoted(`${name}=${setText(value)}`)}`),
    ...Object.entries(values.externals).map(([name, id]) => id && `--external ${quoted(`${name}=${named(id)}`)}`),
    ...Object.entries(values.parts).flatMap(([part, { name, given, integrations }]) => [
      name.trim() && `--part-name ${quoted(`${part}=${name.trim()}`)}`,
      ...Object.entries(given).map(([variable, value]) => `--set ${secrets.has(`${part}.${variable}`) ? `${part}.${variable}=…` : quoted(`${part}.${variable}=${setText(value)}`)}`),
      ...integrations.map((id) => `--integration ${quoted(`${part}=${named(id)}`)}`),
    ]),
    values.parallel.trim() !== BLANK.parallel && `--parallel ${quoted(values.parallel.trim())}`,
    values['stop-after'].trim() !== BLANK['stop-after'] && `--stop-after ${quoted(values['stop-after'].trim())}`,
    values.auto && '--auto-apply',
    values.reason.trim() && `--reason ${quoted(values.reason.trim())}`,
  )
}

/** A value as the command line reads it: what is JSON is that, anything else is a text. */
function setText(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  try {
    JSON.parse(value)
    return JSON.stringify(value)
  } catch {
    return value
  }
}
