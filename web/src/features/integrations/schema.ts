// The form of a kind of integration, read from its JSON schema (draft 2020-12, as the API writes it); pure.
import type { ResourceOf } from '@/api/query'

export type Kind = ResourceOf<'IntegrationKind'>

/** How a field is drawn. */
export type FieldForm = 'text' | 'lines' | 'number' | 'choice' | 'values'

export interface SchemaField {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly form: FieldForm
  /** Written and never read. */
  readonly isSecret: boolean
  readonly isRequired: boolean
  /** Stands there at first. */
  readonly initial: string
  readonly example: string
  readonly choices: readonly { readonly value: string; readonly text: string }[]
}

/** A way to get in, with the fields that it needs. */
export interface Method {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly isByBrowser: boolean
  readonly isWorkloadIdentity: boolean
  readonly fields: readonly SchemaField[]
}

interface Property {
  readonly const?: string
  readonly type?: string
  readonly format?: string
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly writeOnly?: boolean
  readonly examples?: readonly unknown[]
  readonly oneOf?: readonly { const?: string; title?: string }[]
  readonly 'x-order'?: number
}

interface Branch {
  readonly properties?: Readonly<Record<string, Property>>
  readonly required?: readonly string[]
  readonly oneOf?: readonly Branch[]
}

/** Names the way in, among the settings. */
export const METHOD = 'method'

/** The ways into a kind, the best first. */
export function methodsOf({ attributes }: Kind): readonly Method[] {
  const schema = attributes.schema as Branch
  const branches = schema.oneOf ?? [schema]
  return attributes.methods.map((method, at) => {
    const own = branches.find(({ properties }) => properties?.[METHOD]?.const === method.name) ?? branches[at] ?? {}
    return {
      name: method.name,
      title: method.title,
      description: method.description,
      isByBrowser: method['is-by-browser'],
      isWorkloadIdentity: method['is-workload-identity'],
      fields: fieldsOf(own),
    }
  })
}

function fieldsOf({ properties = {}, required = [] }: Branch): readonly SchemaField[] {
  return Object.entries(properties)
    .filter(([name]) => name !== METHOD)
    .sort(([, left], [, right]) => (left['x-order'] ?? 0) - (right['x-order'] ?? 0))
    .map(([name, property]) => ({
      name,
      title: property.title ?? name,
      description: property.description ?? '',
      form: formOf(property),
      isSecret: property.writeOnly ?? false,
      isRequired: required.includes(name),
      initial: property.default === undefined ? '' : String(property.default),
      example: property.examples?.[0] === undefined ? '' : String(property.examples[0]),
      choices: (property.oneOf ?? []).map(({ const: value = '', title }) => ({ value, text: title ?? value })),
    }))
}

function formOf(property: Property): FieldForm {
  if (property.oneOf) return 'choice'
  if (property.type === 'integer') return 'number'
  if (property.type === 'object') return 'values'
  return property.format === 'textarea' ? 'lines' : 'text'
}
