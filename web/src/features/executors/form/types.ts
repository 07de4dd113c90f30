// The type of a module's variable, as it is written, as what can be typed for it; pure.
import { isScalar, type Shape, type ShapeField } from '@/ui/value-shape'

const PLAIN: Omit<Shape, 'kind'> = { options: [], item: null, fields: [], isSecret: false }
const ANY: Shape = { ...PLAIN, kind: 'any' }

/** `list(string)`, `object({ name = string, size = optional(number, 3) })`; what it does not know can be anything. */
export function shapeOf(type: string): Shape {
  const text = type.trim()
  if (text === 'string') return { ...PLAIN, kind: 'text' }
  if (text === 'number') return { ...PLAIN, kind: 'number' }
  if (text === 'bool') return { ...PLAIN, kind: 'flag' }
  const [, name = '', inner = ''] = /^(list|set|map|object)\s*\(([\s\S]*)\)$/.exec(text) ?? []
  if (name === '') return ANY
  if (name === 'object') return objectOf(inner)
  const item = shapeOf(inner)
  if (name === 'map') return isScalar(item) ? { ...PLAIN, kind: 'map', item } : ANY
  if (item.kind === 'object') return { ...PLAIN, kind: 'objects', item }
  return isScalar(item) ? { ...PLAIN, kind: 'list', item } : ANY
}

function objectOf(inner: string): Shape {
  const body = /^\s*\{([\s\S]*)\}\s*$/.exec(inner)?.[1]
  if (body === undefined) return ANY
  const fields = parts(body).map(fieldOf)
  return fields.length > 0 && fields.every((field) => field !== null) ? { ...PLAIN, kind: 'object', fields: fields.filter((field) => field !== null) } : ANY
}

function fieldOf(part: string): ShapeField | null {
  const [, name, type = ''] = /^\s*"?([\w-]+)"?\s*=\s*([\s\S]+)$/.exec(part) ?? []
  if (!name) return null
  const optional = /^optional\s*\(([\s\S]*)\)$/.exec(type.trim())?.[1]
  const [of = ''] = optional === undefined ? [type] : parts(optional)
  return { name, label: name, help: '', shape: shapeOf(of), isRequired: optional === undefined }
}

/** Split at commas and lines that are not within brackets or texts. */
function parts(body: string): readonly string[] {
  const found: string[] = []
  let [depth, start, isText] = [0, 0, false]
  const end = (at: number) => {
    const part = body.slice(start, at).trim()
    if (part !== '') found.push(part)
    start = at + 1
  }
  for (let at = 0; at < body.length; at += 1) {
    const letter = body.charAt(at)
    if (letter === '"' && body.charAt(at - 1) !== '\\') isText = !isText
    else if (isText) continue
    else if ('([{'.includes(letter)) depth += 1
    else if (')]}'.includes(letter)) depth -= 1
    else if ((letter === ',' || letter === '\n') && depth === 0) end(at)
  }
  end(body.length)
  return found
}
