// Documents of `slipway catalog apply -f`: YAML for people, that every reader of YAML understands the same; pure.
import { Document, isCollection, isScalar, Scalar, visit } from 'yaml'

/** Names of what stands on one line. */
interface Short {
  /** Lists. */
  readonly lists?: readonly string[]
  /** Lists whose rows each do. */
  readonly rows?: readonly string[]
}

/** One document, with long texts in blocks. `yes` and `1_000` are quoted: older readers of YAML take them for something else. */
export function catalogDocument(kind: 'blueprint' | 'template', fields: object, short: Short = {}): string {
  const document = new Document({ kind, ...fields }, { compat: 'yaml-1.1' })
  visit(document, {
    Pair: (_, { key, value }) => {
      const name = isScalar(key) ? String(key.value) : ''
      if (isCollection(value)) {
        if (short.lists?.includes(name)) value.flow = true
        if (short.rows?.includes(name)) for (const row of value.items) if (isCollection(row)) row.flow = true
      }
      if (isScalar(value) && typeof value.value === 'string' && value.value.includes('\n')) value.type = Scalar.BLOCK_LITERAL
    },
  })
  return document.toString({ lineWidth: 100 })
}
