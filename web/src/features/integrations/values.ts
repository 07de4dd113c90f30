// What is typed into the form of an integration, and as what it is sent; pure.
import type { ResourceOf, Schema } from '@/api/query'
import { METHOD, type Method, type SchemaField } from './schema'

export type Integration = ResourceOf<'Integration'>

/** By the API's names, so that its errors find their fields. All are texts, as they are typed. */
export type Values = Readonly<Record<string, string>>

/** Beside the fields of the kind. */
const INTERVAL = 'poll-interval-seconds'

/** Names of values of a secret that are kept. */
export const keptKey = (field: string) => `${field} kept`

/** What stands in the form at first. */
export function valuesOf(methods: readonly Method[], integration: Integration | null): Values {
  const known = integration?.attributes
  const values: Record<string, string> = {
    name: known?.name ?? '',
    description: known?.description ?? '',
    [INTERVAL]: known?.[INTERVAL]?.toString() ?? '',
    [METHOD]: textOf(known?.settings[METHOD]) || (methods[0]?.name ?? ''),
  }
  for (const field of methods.flatMap((method) => method.fields)) {
    const stored = known?.settings[field.name]
    values[field.name] = known ? (field.form === 'values' ? linesOf(stored) : textOf(stored)) : field.initial
    if (field.isSecret && field.form === 'values') values[keptKey(field.name)] = keptNames(integration, field.name).join(',')
  }
  return values
}

/** The way in that is chosen. */
export function chosen(methods: readonly Method[], values: Values): Method | undefined {
  return methods.find(({ name }) => name === values[METHOD]) ?? methods[0]
}

/** Names of the entries of a secret with several. */
export function keptNames(integration: Integration | null, field: string): readonly string[] {
  const start = `${field}.`
  return (integration?.attributes.secrets ?? []).filter((name) => name.startsWith(start)).map((name) => name.slice(start.length))
}

export function isKept(integration: Integration | null, field: SchemaField): boolean {
  return integration?.attributes.secrets.includes(field.name) ?? false
}

/** The settings of a new one: what is empty is left out. */
export function settingsOf(method: Method | undefined, values: Values): Record<string, unknown> {
  const settings: Record<string, unknown> = { ...(method && { [METHOD]: method.name }) }
  for (const field of method?.fields ?? []) {
    const typed = values[field.name] ?? ''
    if (typed.trim() !== '') settings[field.name] = typedValue(field, typed)
  }
  return settings
}

/** What differs from before, as a merge patch: null removes, what is absent stays. */
export function changedSettings(method: Method | undefined, before: Values, values: Values): Record<string, unknown> {
  const settings: Record<string, unknown> = {}
  const hasMoved = values[METHOD] !== before[METHOD]
  if (hasMoved && method) settings[METHOD] = method.name
  for (const field of method?.fields ?? []) {
    const [was, is] = [before[field.name] ?? '', values[field.name] ?? '']
    const change = field.form === 'values' ? changedEntries(field, before, values) : is === was && !(hasMoved && is !== '') ? undefined : is
    if (change === undefined) continue
    if (typeof change === 'object') settings[field.name] = change
    else settings[field.name] = change.trim() === '' ? null : typedValue(field, change)
  }
  return settings
}

function changedEntries(field: SchemaField, before: Values, values: Values): Record<string, string | null> | undefined {
  const [was, is] = [entriesOf(before[field.name] ?? ''), entriesOf(values[field.name] ?? '')]
  const names = (key: string, from: Values) => (from[key] ?? '').split(',').filter(Boolean)
  const kept = keptKey(field.name)
  const dropped = names(kept, before).filter((name) => !names(kept, values).includes(name))
  const removed = Object.keys(was).filter((name) => !(name in is))
  const changes = {
    ...Object.fromEntries([...dropped, ...removed].map((name) => [name, null])),
    ...Object.fromEntries(Object.entries(is).filter(([name, value]) => was[name] !== value)),
  }
  return Object.keys(changes).length > 0 ? changes : undefined
}

/** `NAME=value` lines. */
export function entriesOf(text: string): Record<string, string> {
  const lines = text.split('\n').map((line) => /^\s*([^=\s]+)\s*=(.*)$/.exec(line))
  return Object.fromEntries(lines.flatMap((match) => (match?.[1] ? [[match[1], match[2] ?? '']] : [])))
}

function typedValue({ form }: SchemaField, typed: string): unknown {
  if (form === 'values') return entriesOf(typed)
  if (form === 'number') return Number.isFinite(Number(typed)) ? Number(typed) : typed
  return form === 'lines' ? typed : typed.trim()
}

/** How often repositories are looked at; null for the server's own rhythm. */
export function intervalOf(values: Values): number | null {
  const typed = (values[INTERVAL] ?? '').trim()
  return typed === '' ? null : Number(typed)
}

/** What changed, to be sent. */
export function changesOf(method: Method | undefined, before: Values, values: Values): Schema<'IntegrationChanges'> {
  const settings = changedSettings(method, before, values)
  return {
    ...(values['name'] !== before['name'] && { name: (values['name'] ?? '').trim() }),
    ...(values['description'] !== before['description'] && { description: (values['description'] ?? '').trim() }),
    ...(values[INTERVAL] !== before[INTERVAL] && { [INTERVAL]: intervalOf(values) }),
    ...(Object.keys(settings).length > 0 && { settings }),
  } as Schema<'IntegrationChanges'>
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value as string | number)
}

function linesOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return ''
  return Object.entries(value).map(([name, text]) => `${name}=${String(text)}`).join('\n')
}
