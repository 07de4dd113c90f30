// A template as its form holds it, and as it is sent; pure.
import type { Schema } from '@/api/query'
import type { Description } from './queries'

/** Rows of a list keep their own number, so that taking one away leaves the others where they are. */
export interface Row {
  readonly row: number
}

export interface ParentValues extends Row {
  readonly template: string
  readonly minimum: string
  /** Empty for any number. */
  readonly maximum: string
  /** Empty for one that is no alternative. */
  readonly group: string
}

export interface IntegrationValues extends Row {
  readonly kind: string
  readonly required: boolean
  /** Each integration carries one resource. */
  readonly isOnePer: boolean
}

export interface SecretValues extends Row {
  readonly name: string
  readonly 'is-environment': boolean
  readonly from: Schema<'SecretSource'>['kind']
  readonly 'variable-set': string
  readonly key: string
}

export interface BindingValues extends Row {
  readonly output: string
  readonly variable: string
}

/** By the API's names, so that its errors find their fields. */
export interface TemplateValues {
  readonly key: string
  readonly name: string
  readonly description: string
  readonly documentation: string
  readonly 'is-abstract': boolean
  readonly parents: readonly ParentValues[]
  readonly 'allowed-integrations': readonly IntegrationValues[]
  readonly 'required-settings': readonly string[]
  readonly naming: string
  readonly labels: readonly string[]
  readonly secrets: readonly SecretValues[]
  readonly service: readonly BindingValues[]
  readonly engine: Schema<'EngineKind'>
  readonly 'engine-version': string
}

export const BLANK: Description = { key: '', name: '' }

export function valuesOf(described: Description): TemplateValues {
  const only = described['one-per-integration'] ?? []
  return {
    key: described.key,
    name: described.name,
    description: described.description ?? '',
    documentation: described.documentation ?? '',
    'is-abstract': described['is-abstract'] ?? false,
    parents: (described.parents ?? []).map(({ template, minimum = 1, maximum = 1, group }, row) => ({
      row,
      template,
      minimum: String(minimum),
      maximum: maximum === null ? '' : String(maximum),
      group: group ?? '',
    })),
    'allowed-integrations': (described['allowed-integrations'] ?? []).map(({ kind, required = false }, row) => ({ row, kind, required, isOnePer: only.includes(kind) })),
    'required-settings': described['required-settings'] ?? [],
    naming: described.naming ?? '',
    labels: described.labels ?? [],
    secrets: (described.secrets ?? []).map(({ name, 'is-environment': isEnvironment = false, source }, row) => ({
      row,
      name,
      'is-environment': isEnvironment,
      from: source.kind,
      'variable-set': source.kind === 'variable-set' ? source['variable-set'] : '',
      key: source.kind === 'variable-set' ? source.key : '',
    })),
    service: (described.service?.outputs ?? []).map(({ output, variable }, row) => ({ row, output, variable })),
    engine: described.engine ?? 'opentofu',
    'engine-version': described['engine-version'] ?? '',
  }
}

/** All that the form says, as the API takes it. What is no number is sent as it was typed: the server says so. */
export function descriptionOf(values: TemplateValues): Required<Omit<Description, 'status'>> {
  const integrations = values['allowed-integrations']
  return {
    key: values.key.trim(),
    name: values.name.trim(),
    description: values.description.trim(),
    documentation: values.documentation,
    'is-abstract': values['is-abstract'],
    parents: values.parents.map(({ template, minimum, maximum, group }) => ({
      template: template.trim(),
      minimum: numberOf(minimum),
      maximum: maximum.trim() === '' ? null : numberOf(maximum),
      ...(group.trim() !== '' && { group: group.trim() }),
    })),
    'allowed-integrations': integrations.map(({ kind, required }) => ({ kind, required })),
    'one-per-integration': integrations.filter(({ isOnePer }) => isOnePer).map(({ kind }) => kind),
    'required-settings': [...values['required-settings']],
    naming: values.naming.trim() || null,
    labels: [...values.labels],
    secrets: values.secrets.map((secret) => ({
      name: secret.name.trim(),
      'is-environment': secret['is-environment'],
      source: secret.from === 'given' ? { kind: 'given' } : { kind: 'variable-set', 'variable-set': secret['variable-set'].trim(), key: secret.key.trim() },
    })),
    service: values.service.length === 0 ? null : { outputs: values.service.map(({ output, variable }) => ({ output: output.trim(), variable: variable.trim() })) },
    engine: values.engine,
    'engine-version': values['engine-version'].trim(),
  }
}

function numberOf(text: string): number {
  const typed = text.trim()
  return /^\d+$/.test(typed) ? Number(typed) : (typed as never)
}

/** Only what differs, to be sent as a change. */
export function changesOf(before: TemplateValues, after: TemplateValues): Schema<'TemplateChanges'> {
  const [was, is] = [descriptionOf(before), descriptionOf(after)]
  const names = (Object.keys(is) as (keyof typeof is)[]).filter((name) => name !== 'key' && JSON.stringify(was[name]) !== JSON.stringify(is[name]))
  return Object.fromEntries(names.map((name) => [name, is[name]])) as Schema<'TemplateChanges'>
}

/** What is wrong without asking the server: numbers that are none, by `parents/0/minimum`. */
export function wrongNumbers({ parents }: TemplateValues): Readonly<Record<string, string>> {
  const wrong = parents.flatMap((parent, at) =>
    (['minimum', 'maximum'] as const)
      .filter((field) => !/^\d+$/.test(parent[field].trim()) && !(field === 'maximum' && parent[field].trim() === ''))
      .map((field) => [`parents/${at}/${field}`, field === 'minimum' ? 'A whole number, 0 or more.' : 'A whole number, or nothing for any number.'] as const),
  )
  return Object.fromEntries(wrong)
}

/** A key that a name suggests. */
export function suggestedKey(name: string): string {
  const plain = name.normalize('NFKD').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return plain.replaceAll(/^-+|-+$/g, '').slice(0, 60)
}
