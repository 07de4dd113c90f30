// The form's schema, as its fields need it; pure. It is JSON Schema 2020-12 with `x-slipway` at each property.
import { isScalar, type Shape, type ShapeField } from '@/ui/value-shape'

/** One value that is asked for. */
export interface Field extends ShapeField {
  /** As the module writes it: `list(string)`. */
  readonly type: string
  readonly hasDefault: boolean
  /** The part of the form that it stands in; empty for none. */
  readonly group: string
  readonly isFrozen: boolean
  readonly restricted: readonly string[]
  /** It is asked for only when another has this value. */
  readonly shownWhen: { readonly variable: string; readonly equals: unknown } | null
  readonly deprecated: string
}

type Json = Readonly<Record<string, unknown>>

/** Fields in the order of the form. */
export function fieldsOf(schema: unknown): readonly Field[] {
  const { properties, required } = object(schema)
  const names = list(required).map(String)
  const fields = Object.entries(object(properties)).map(([name, property]) => ({ order: Number(object(object(property)['x-slipway'])['order'] ?? 0), field: fieldOf(name, property, names) }))
  return fields.toSorted((one, other) => one.order - other.order).map(({ field }) => field)
}

function fieldOf(name: string, raw: unknown, required: readonly string[]): Field {
  const property = object(raw)
  const notes = object(property['x-slipway'])
  const condition = object(notes['shown-when'])
  return {
    name,
    label: text(property['title']) || name,
    help: text(property['description']),
    type: text(notes['type']) || text(property['type']),
    shape: shapeOf(property),
    isRequired: required.includes(name),
    hasDefault: property['default'] !== undefined || notes['origin'] !== undefined,
    group: text(notes['group']),
    isFrozen: notes['frozen'] === true,
    restricted: list(notes['restricted']).map(String),
    shownWhen: typeof condition['variable'] === 'string' ? { variable: condition['variable'], equals: condition['equals'] } : null,
    deprecated: text(notes['deprecated']),
  }
}

function shapeOf(property: Json): Shape {
  const isSecret = property['writeOnly'] === true
  const plain = { options: [], item: null, fields: [], isSecret }
  const options = list(property['enum'])
  if (options.length > 0) return { ...plain, kind: 'choice', options }
  switch (typeOf(property)) {
    case 'string':
      return { ...plain, kind: 'text' }
    case 'number':
    case 'integer':
      return { ...plain, kind: 'number' }
    case 'boolean':
      return { ...plain, kind: 'flag' }
    case 'array': {
      // Of a tuple each place has a type of its own.
      if (property['prefixItems'] !== undefined || property['items'] === undefined) return { ...plain, kind: 'any' }
      const item = shapeOf(object(property['items']))
      if (item.kind === 'object') return { ...plain, kind: 'objects', item }
      return isScalar(item) ? { ...plain, kind: 'list', item } : { ...plain, kind: 'any' }
    }
    case 'object': {
      const properties = Object.entries(object(property['properties']))
      if (properties.length > 0) {
        const required = list(property['required']).map(String)
        return { ...plain, kind: 'object', fields: properties.map(([name, inner]) => fieldOf(name, inner, required)) }
      }
      const item = shapeOf(object(property['additionalProperties']))
      return isScalar(item) ? { ...plain, kind: 'map', item } : { ...plain, kind: 'any' }
    }
    default:
      return { ...plain, kind: 'any' }
  }
}

/** Also of `["string", "null"]` and `anyOf` with null. */
function typeOf(property: Json): string {
  const type = property['type']
  if (typeof type === 'string') return type
  return list(type).map(String).find((one) => one !== 'null') ?? ''
}

/** Whether a field is asked for, by what the others are: `valueOf` gives what a variable has so far. */
export function isShown({ shownWhen }: Field, valueOf: (name: string) => unknown): boolean {
  return !shownWhen || JSON.stringify(valueOf(shownWhen.variable)) === JSON.stringify(shownWhen.equals)
}

function object(raw: unknown): Json {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? (raw as Json) : {}
}

function list(raw: unknown): readonly unknown[] {
  return Array.isArray(raw) ? raw : []
}

function text(raw: unknown): string {
  return typeof raw === 'string' ? raw : ''
}
