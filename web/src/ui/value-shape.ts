// What a value can be, whatever says so: the schema of an order, or the type of a variable. Pure.

/** What a value can be. */
export interface Shape {
  readonly kind: 'text' | 'number' | 'flag' | 'choice' | 'list' | 'map' | 'object' | 'objects' | 'any'
  /** Of a choice. */
  readonly options: readonly unknown[]
  /** Of a list and a map. */
  readonly item: Shape | null
  /** Of an object. */
  readonly fields: readonly ShapeField[]
  readonly isSecret: boolean
}

/** One value of an object. */
export interface ShapeField {
  readonly name: string
  readonly label: string
  readonly help: string
  readonly shape: Shape
  readonly isRequired: boolean
}

/** A list has these, and a map. */
export const isScalar = ({ kind }: Shape) => ['text', 'number', 'flag', 'choice'].includes(kind)

/** What was typed into a field for a text or a number, as a value: what is no number stays text, and the server says so. */
export function typed(shape: Shape, input: string): unknown {
  if (input === '') return undefined
  if (shape.kind !== 'number') return input
  const number = Number(input)
  return input.trim() === '' || Number.isNaN(number) ? input : number
}

/** What is not JSON yet is text until it is. */
export function parsed(input: string): unknown {
  if (input.trim() === '') return undefined
  try {
    return JSON.parse(input) as unknown
  } catch {
    return input
  }
}
