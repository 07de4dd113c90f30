// What a constant is asked for with: it has no type of its own, but the variables have that it goes to; pure.
import { type Field, fieldsOf } from '@/lib/form-schema'
import type { Shape } from '@/ui/value-shape'
import type { Blueprint, Constant, PartForm } from '../queries'

const PLAIN: Omit<Shape, 'kind'> = { options: [], item: null, fields: [], isSecret: false }

export interface Asked {
  readonly shape: Shape
  /** In the words of the variable, where the blueprint has none. */
  readonly help: string
}

/** `forms` are those of the parts, in their order, as far as they are known. */
export function askedFor(constant: Constant, { parts, wires }: Pick<Blueprint['attributes'], 'parts' | 'wires'>, forms: readonly (PartForm | undefined)[]): Asked {
  const fields = wires
    .filter(({ from }) => from.constant === constant.name)
    .flatMap(({ to }) => {
      const form = forms[parts.findIndex(({ name }) => name === to.part)]
      return (form ? fieldsOf(form.schema) : []).filter(({ name }) => name === to.variable)
    })
  const help = constant.description || fields.find((field) => field.help)?.help || ''
  const isSecret = fields.some(({ shape }) => shape.isSecret)
  const shape = shared(fields) ?? shapeLike(constant.default)
  return { shape: isSecret ? { ...shape, isSecret } : shape, help }
}

/** The shape that all of them have: where they differ, none says what the value has to be. */
function shared(fields: readonly Field[]): Shape | null {
  const [first, ...others] = fields
  if (!first) return null
  const kinds = JSON.stringify(shapeKey(first.shape))
  return others.every(({ shape }) => JSON.stringify(shapeKey(shape)) === kinds) ? first.shape : null
}

const shapeKey = ({ kind, options, item, fields }: Shape) => [kind, options, item, fields]

/** As what it is when nobody says anything, otherwise as text. */
function shapeLike(value: unknown): Shape {
  if (typeof value === 'number') return { ...PLAIN, kind: 'number' }
  if (typeof value === 'boolean') return { ...PLAIN, kind: 'flag' }
  return { ...PLAIN, kind: typeof value === 'object' && value !== null ? 'any' : 'text' }
}
