// What was chosen in the form, as requests and commands carry it; pure.
import type { Order, ResourceAttributes, Setting } from '../queries'
import { type Names, quoted } from '../words'
import { type Brought, importFlags } from './brought'

export interface Values {
  readonly name: string
  /** Its id; empty for the default one. */
  readonly project: string
  /** Its id; empty for the recommended one. */
  readonly version: string
  readonly description: string
  readonly labels: readonly string[]
  readonly parents: readonly string[]
  readonly integrations: readonly string[]
  readonly tags: readonly Setting[]
  readonly settings: readonly Setting[]
  /** Values of variables that are given, secrets among them. */
  readonly given: Readonly<Record<string, unknown>>
  readonly reason: string
  readonly auto: boolean
  /** What is running already; null where it is made. */
  readonly import: Brought | null
}

export const BLANK: Values = { name: '', project: '', version: '', description: '', labels: [], parents: [], integrations: [], tags: [], settings: [], given: {}, reason: '', auto: false, import: null }

/** What the form of a resource that is there begins with. */
export function valuesOf(attributes: ResourceAttributes): Values {
  return {
    ...BLANK,
    name: attributes.name,
    version: attributes['source-code-version'] ?? '',
    description: attributes.description,
    labels: attributes.labels,
    parents: attributes.parents,
    integrations: attributes.integrations,
    tags: attributes.tags,
    settings: attributes.settings,
    given: attributes.values,
  }
}

/** The order, or what a form is asked for with; without what is brought along. */
export function orderOf(template: string, values: Values): Order {
  return {
    template,
    ...(values.project && { project: values.project }),
    ...(values.name.trim() && { name: values.name.trim() }),
    description: values.description.trim(),
    labels: [...values.labels],
    ...(values.version && { 'source-code-version': values.version }),
    parents: [...values.parents],
    integrations: [...values.integrations],
    ...(values.tags.length > 0 && { tags: named(values.tags) }),
    ...(values.settings.length > 0 && { settings: named(values.settings) }),
    values: whole(values.given),
    reason: values.reason.trim(),
    'auto-apply': values.auto,
  }
}

/** All that decides what comes of bringing it along: what was seen once holds as long as this is the same. */
export function lookedKey(template: string, values: Values): string {
  const { file = null, ...brought } = values.import ?? {}
  const kept = file && [file.name, file.size, file.lastModified]
  return JSON.stringify([orderOf(template, { ...values, reason: '', auto: false }), brought, kept])
}

/** Without those that were never named. */
function named(rows: readonly Setting[]): Setting[] {
  return rows.filter(({ name }) => name.trim() !== '').map((row) => ({ ...row, name: row.name.trim() }))
}

/** Without the keys of maps that were never typed. */
function whole(given: Values['given']): Values['given'] {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, isMap(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => key !== '')) : value]))
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What differs, for a change of one that is there. A secret that was not typed stays. */
export function changesOf(before: Values, values: Values) {
  const has = (name: keyof Values) => JSON.stringify(before[name]) !== JSON.stringify(values[name])
  return {
    ...(has('name') && { name: values.name.trim() }),
    ...(has('description') && { description: values.description.trim() }),
    ...(has('labels') && { labels: [...values.labels] }),
    ...(has('version') && values.version && { 'source-code-version': values.version }),
    ...(has('parents') && { parents: [...values.parents] }),
    ...(has('integrations') && { integrations: [...values.integrations] }),
    ...(has('tags') && { tags: named(values.tags) }),
    ...(has('settings') && { settings: named(values.settings) }),
    ...(has('given') && { values: whole(values.given) }),
    reason: values.reason.trim(),
    'auto-apply': values.auto,
  }
}

/** The same from a terminal. `names` are as commands have them, by id; `secrets` are not written out; `more` stands at the end. */
export function commandOf(what: string, before: Values | null, values: Values, names: Names, secrets: ReadonlySet<string>, ...more: readonly string[]): string {
  const start = before ?? BLANK
  const has = (name: keyof Values) => JSON.stringify(start[name]) !== JSON.stringify(values[name])
  const named = (id: string) => quoted(names.get(id) ?? id)
  const set = Object.entries(values.given).filter(([name, value]) => JSON.stringify(start.given[name]) !== JSON.stringify(value))
  const gone = Object.keys(start.given).filter((name) => !(name in values.given))
  const parts = [
    what,
    has('name') && values.name.trim() && `--name ${quoted(values.name.trim())}`,
    values.project && `--in-project ${named(values.project)}`,
    has('version') && values.version && `--source-code-version ${quoted(values.version)}`,
    ...(has('parents') ? values.parents.map((parent) => `--parent ${named(parent)}`) : []),
    ...(has('integrations') ? values.integrations.map((one) => `--integration ${named(one)}`) : []),
    ...set.map(([name, value]) => `--set ${secrets.has(name) ? `${name}=…` : quoted(`${name}=${setText(value)}`)}`),
    ...gone.map((name) => `--unset ${name}`),
    has('description') && `--description ${quoted(values.description)}`,
    ...(has('labels') ? values.labels.map((label) => `--label ${quoted(label)}`) : []),
    values.reason.trim() && `--reason ${quoted(values.reason.trim())}`,
    values.auto && '--auto-apply',
    ...importFlags(values.import),
    ...more,
  ]
  return continued(parts.filter((part) => typeof part === 'string' && part !== '') as string[])
}

/** A value as the command line reads it: what is JSON is that, anything else is a text. */
export function setText(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  try {
    JSON.parse(value)
    return JSON.stringify(value)
  } catch {
    return value
  }
}

/** What fits on a line; longer commands go on below. */
const LINE = 40

export function continued(parts: readonly string[]): string {
  const line = parts.join(' ')
  return line.length <= LINE ? line : parts.join(' \\\n    ')
}
