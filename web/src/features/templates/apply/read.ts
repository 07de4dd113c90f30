// Documents as somebody pastes them: YAML, several between lines of `---`, or JSON. Each says by `kind` what it is; where
// something is wrong is known by its line; pure.
import { type Document, isNode, LineCounter, parseAllDocuments, type YAMLParseError } from 'yaml'
import type { Schema } from '@/api/query'

/** Something wrong with what was pasted. */
export interface Problem {
  /** From 1; null where no line is meant. */
  readonly line: number | null
  readonly message: string
}

export interface Pasted {
  /** By kind, each in its order, as the API takes them. */
  readonly documents: Schema<'CatalogDocuments'>
  readonly problems: readonly Problem[]
  /** The line of what a pointer of the server names: `/templates/3/parents/0/template`. */
  readonly lineOf: (pointer: string) => number | null
}

const MOST_ALIASES = 100
/** In which list of the API documents of a kind stand. */
const LISTS = { template: 'templates', 'source-code': 'source-codes', 'source-code-version': 'versions' } as const satisfies Record<string, keyof Schema<'CatalogDocuments'>>
type Kind = keyof typeof LISTS
type List = (typeof LISTS)[Kind]

const NEXT = 'A document says kind: template, kind: source-code or kind: source-code-version.'

export function readDocuments(text: string): Pasted {
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true })
  const all = (Array.isArray(parsed) ? parsed : []).filter((document) => document.contents !== null || document.errors.length > 0) as Document[]
  const lineAt = (offset: number | undefined) => (offset === undefined ? null : lines.linePos(offset).line)
  const problems: Problem[] = []
  const documents: Record<List, unknown[]> = { templates: [], 'source-codes': [], versions: [] }
  const kept: Record<List, Document[]> = { templates: [], 'source-codes': [], versions: [] }
  for (const document of all) {
    const wrong = document.errors.map((error: YAMLParseError) => ({ line: lineAt(error.pos[0]), message: `This is not YAML: ${firstLine(error.message)}.` }))
    const whole = wrong.length > 0 ? null : plain(document)
    const refused = wrong.length > 0 ? wrong : kindProblem(document, whole, lineAt)
    problems.push(...refused)
    if (refused.length > 0) continue
    const { kind, ...described } = whole as { kind: Kind }
    documents[LISTS[kind]].push(described)
    kept[LISTS[kind]].push(document)
  }
  if (all.length === 0) problems.push({ line: null, message: `There is no document. ${NEXT}` })
  const lineOf = (pointer: string) => {
    const [, list = '', number = '', ...path] = pointer.split('/')
    const document = kept[list as List]?.[Number(number)]
    return document ? lineAt(offsetOf(document, path)) : null
  }
  return { documents: documents as Schema<'CatalogDocuments'>, problems, lineOf }
}

/** The document as values; null where its aliases would grow without end. */
function plain(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES })
  } catch {
    return null
  }
}

function kindProblem(document: Document, whole: unknown, lineAt: (offset: number | undefined) => number | null): readonly Problem[] {
  const start = document.contents?.range?.[0]
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return [{ line: lineAt(start), message: `This is no document. ${NEXT}` }]
  const { kind } = whole as { kind?: unknown }
  if (typeof kind === 'string' && Object.hasOwn(LISTS, kind)) return []
  if (kind === undefined) return [{ line: lineAt(start), message: `The document does not say its kind. ${NEXT}` }]
  if (kind === 'blueprint') return [{ line: lineAt(offsetOf(document, ['kind'])), message: 'A blueprint is made at New blueprint, which takes its file, or with the rest by slipway catalog apply.' }]
  return [{ line: lineAt(offsetOf(document, ['kind'])), message: `There is no kind of documents “${String(kind)}”. ${NEXT}` }]
}

/** Where the last step of the path stands that is there. */
function offsetOf(document: Document, path: readonly string[]): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const steps = path.slice(0, length).map((step) => (/^\d+$/.test(step) ? Number(step) : step))
    const node = document.getIn(steps, true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return document.contents?.range?.[0]
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '').replace(/[.:]$/, '')
}
