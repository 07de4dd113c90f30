// Documents of `slipway catalog apply -f`: YAML for people, that every reader of YAML understands the same; pure.
import { Document, isScalar, Scalar, visit } from 'yaml'

/** One document, with long texts in blocks. `yes` and `1_000` are quoted: older readers of YAML take them for something else. */
export function catalogDocument(kind: 'blueprint' | 'template', fields: object): string {
  const document = new Document({ kind, ...fields }, { compat: 'yaml-1.1' })
  visit(document, {
    Pair: (_, { value }) => {
      if (isScalar(value) && typeof value.value === 'string' && value.value.includes('\n')) value.type = Scalar.BLOCK_LITERAL
    },
  })
  return document.toString({ lineWidth: 100 })
}
