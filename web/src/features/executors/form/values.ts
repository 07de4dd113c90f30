// What the form of an executor holds, as requests carry it; pure.
import type { Schema } from '@/api/query'
import type { Executor, Operation, Setting, Variable } from '../queries'

export type RefKind = Schema<'RefKind'>

/** An environment variable. */
export interface Environment {
  readonly key: string
  readonly value: string
  readonly isSecret: boolean
  /** It is there already: without a new value it stays. */
  readonly isKept: boolean
}

/** By the API's names where it has them, so that its errors find their fields. */
export interface Values {
  readonly name: string
  /** Its id; empty for the default one. */
  readonly project: string
  /** By name. */
  readonly 'source-code': string
  readonly kind: RefKind
  readonly ref: string
  readonly directory: string
  readonly engine: Schema<'EngineKind'>
  readonly 'engine-version': string
  readonly description: string
  readonly labels: readonly string[]
  readonly operation: Operation
  readonly auto: boolean
  /** Ids. */
  readonly integrations: readonly string[]
  /** Values that were typed, by variable. */
  readonly given: Readonly<Record<string, unknown>>
  /** Expressions that are no plain values, as they are written. */
  readonly expressions: Readonly<Record<string, string>>
  /** Secrets that stay as they are. */
  readonly kept: readonly string[]
  /** Variables that the module calls secrets, as far as they were typed. */
  readonly secrets: readonly string[]
  readonly environment: readonly Environment[]
  /** Addresses, one a line. */
  readonly 'target-addrs': string
  readonly 'replace-addrs': string
}

export const BLANK: Values = {
  name: '',
  project: '',
  'source-code': '',
  kind: 'tag',
  ref: '',
  directory: '',
  engine: 'opentofu',
  'engine-version': '',
  description: '',
  labels: [],
  operation: 'plan-and-apply',
  auto: false,
  integrations: [],
  given: {},
  expressions: {},
  kept: [],
  secrets: [],
  environment: [],
  'target-addrs': '',
  'replace-addrs': '',
}

/** What the form of one that is there begins with. */
export function valuesOf({ attributes }: Executor): Values {
  const inputs = attributes.variables.filter(({ category }) => category === 'terraform')
  const plain = inputs.filter(({ sensitive }) => !sensitive).map((variable) => [variable.key, read(variable)] as const)
  return {
    ...BLANK,
    name: attributes.name,
    'source-code': attributes['source-code'],
    kind: attributes['ref-kind'],
    ref: attributes.ref,
    directory: attributes.directory,
    engine: attributes.engine,
    'engine-version': attributes['engine-version'] === 'latest' ? '' : attributes['engine-version'],
    description: attributes.description,
    labels: attributes.labels,
    operation: attributes.operation,
    auto: attributes['auto-apply'],
    integrations: attributes.integrations.map(({ id }) => id),
    given: Object.fromEntries(plain.flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]]))),
    expressions: Object.fromEntries(plain.flatMap(([key, { expression }]) => (expression === undefined ? [] : [[key, expression]]))),
    kept: inputs.filter(({ sensitive }) => sensitive).map(({ key }) => key),
    environment: attributes.variables
      .filter(({ category }) => category === 'env')
      .map(({ key, value, sensitive }) => ({ key, value: value ?? '', isSecret: sensitive, isKept: true })),
    'target-addrs': attributes['target-addrs'].join('\n'),
    'replace-addrs': attributes['replace-addrs'].join('\n'),
  }
}

/** An expression that is JSON is a value; any other stays as it is written. */
function read({ hcl, value }: Variable): { readonly value?: unknown; readonly expression?: string } {
  const text = value ?? ''
  if (!hcl) return { value: text }
  try {
    return { value: unescaped(JSON.parse(text)) }
  } catch {
    return { expression: text }
  }
}

/** JSON is HCL but for what would begin a template within a text. */
export function expressionOf(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[$%](?=\{)/g, (sign) => sign + sign)
}

function unescaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$${', '${').replaceAll('%%{', '%{')
  if (Array.isArray(value)) return value.map(unescaped)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unescaped(one)]))
}

/** Its values as they are sent. */
export function settingsOf(values: Values): Setting[] {
  const secrets = new Set([...values.secrets, ...values.kept])
  const given = Object.entries(values.given).map(([key, value]): Setting => {
    const isText = typeof value === 'string'
    return { key, category: 'terraform', value: isText ? value : expressionOf(value), hcl: !isText, sensitive: secrets.has(key) }
  })
  const expressions = Object.entries(values.expressions).map(([key, value]): Setting => ({ key, category: 'terraform', value, hcl: true, sensitive: false }))
  const kept = values.kept.filter((key) => !(key in values.given)).map((key): Setting => ({ key, category: 'terraform', sensitive: true }))
  const environment = values.environment
    .filter(({ key }) => key.trim() !== '')
    .map(({ key, value, isSecret, isKept }): Setting => ({ key: key.trim(), category: 'env', sensitive: isSecret, ...(!(isSecret && isKept && value === '') && { value }) }))
  return [...given, ...expressions, ...kept, ...environment]
}

/** What a new one is sent as. */
export function newOf(values: Values): Schema<'NewExecutor'> {
  return {
    name: values.name.trim(),
    ...(values.project && { 'project-id': values.project }),
    'source-code': values['source-code'],
    [values.kind]: values.ref.trim(),
    directory: values.directory.trim(),
    engine: values.engine,
    ...(values['engine-version'].trim() && { 'engine-version': values['engine-version'].trim() }),
    description: values.description.trim(),
    labels: [...values.labels],
    operation: values.operation,
    'auto-apply': values.auto,
    integrations: [...values.integrations],
    variables: settingsOf(values),
    'target-addrs': linesOf(values['target-addrs']),
    'replace-addrs': linesOf(values['replace-addrs']),
  }
}

/** What differs, for one that is there. */
export function changesOf(before: Values, values: Values): Schema<'ExecutorChanges'> {
  const has = (...names: readonly (keyof Values)[]) => names.some((name) => JSON.stringify(before[name]) !== JSON.stringify(values[name]))
  return {
    ...(has('name') && { name: values.name.trim() }),
    ...(has('kind', 'ref') && { [values.kind]: values.ref.trim() }),
    ...(has('engine-version') && { 'engine-version': values['engine-version'].trim() || 'latest' }),
    ...(has('description') && { description: values.description.trim() }),
    ...(has('labels') && { labels: [...values.labels] }),
    ...(has('operation') && { operation: values.operation }),
    ...(has('auto') && { 'auto-apply': values.auto }),
    ...(has('integrations') && { integrations: [...values.integrations] }),
    ...(has('given', 'expressions', 'kept', 'environment') && { variables: settingsOf(values) }),
    ...(has('target-addrs') && { 'target-addrs': linesOf(values['target-addrs']) }),
    ...(has('replace-addrs') && { 'replace-addrs': linesOf(values['replace-addrs']) }),
  }
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}
