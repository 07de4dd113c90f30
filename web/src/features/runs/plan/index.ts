// The changes of a plan as the browser keeps them: numbers in typed arrays, texts in one string each, so that the worker
// hands 100,000 changes over without copying them one by one. Pure, and the same in a worker, a page and a test.
import type { ChangeKind, ChangeNote, ChangeReason, OutputChange, PlanChanges, PlanCounts, PlannedAction, PlannedType } from './wire'

/** Many texts in one: the text at `i` is `text.slice(starts[i], starts[i + 1])`. */
export interface Texts {
  readonly text: string
  readonly starts: Uint32Array
}

/** The rows of a plan. A row's place is the number of its change; outputs have the numbers after. */
export interface LensIndex {
  readonly engineVersion: string
  /** Planning failed: this is not all that would happen. */
  readonly isErrored: boolean
  readonly rows: number
  /** The first row that was found to have changed outside; `rows` if there is none. */
  readonly driftStart: number
  readonly counts: PlanCounts
  readonly actions: readonly PlannedAction[]
  readonly modules: readonly string[]
  readonly types: readonly PlannedType[]
  readonly names: Texts
  readonly reasons: readonly ChangeReason[]
  readonly replacePaths: readonly (readonly string[])[]
  readonly action: Uint8Array
  readonly module: Uint32Array
  readonly type: Uint32Array
  readonly name: Uint32Array
  readonly reason: Uint32Array
  readonly replacePath: Uint32Array
  /** What stands behind the name: `[3]`, `["eu"]`, or nothing. */
  readonly keys: Texts
  readonly notes: Readonly<Record<string, ChangeNote>>
  readonly outputs: readonly OutputChange[]
}

/** Riskiest first; groups and filters are in this order. */
export const KINDS = ['delete', 'replace', 'forget', 'update', 'create', 'import', 'move', 'read', 'unknown', 'no-op'] as const satisfies readonly ChangeKind[]

const REPLACING = new Set<PlannedAction>(['delete-then-create', 'create-then-delete', 'forget-then-create'])

/** How people count an action. */
export function kindOf(action: PlannedAction): ChangeKind {
  return REPLACING.has(action) ? 'replace' : (action as ChangeKind)
}

/** Puts the server's columns into typed arrays. */
export function readIndex(raw: PlanChanges): LensIndex {
  const { changes, groups } = raw
  const rows = changes.action.length
  const module = new Uint32Array(rows)
  for (const group of groups) module.fill(group.module, group.start, group.start + group.count)
  return {
    engineVersion: raw['engine-version'],
    isErrored: raw['is-errored'],
    rows,
    driftStart: groups.find((group) => group['is-drift'])?.start ?? rows,
    counts: raw.counts,
    actions: raw.actions,
    modules: raw.modules,
    types: raw.types,
    names: joined(raw.names),
    reasons: raw.reasons,
    replacePaths: raw['replace-paths'],
    action: Uint8Array.from(changes.action),
    module,
    type: Uint32Array.from(changes.type),
    name: Uint32Array.from(changes.name),
    reason: Uint32Array.from(changes.reason),
    replacePath: Uint32Array.from(changes['replace-paths']),
    keys: joined(changes.key.map(keyText)),
    notes: raw.notes,
    outputs: raw.outputs,
  }
}

/** The buffers of an index or of an arrangement, to hand over instead of copying. */
export function buffersOf(object: object): ArrayBuffer[] {
  return Object.values(object).flatMap((value) => {
    if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer]
    return isTexts(value) ? [value.starts.buffer as ArrayBuffer] : []
  })
}

export function textAt(texts: Texts, place: number): string {
  return texts.text.slice(texts.starts[place], texts.starts[place + 1])
}

/** The address in its parts: `module.a.`, `aws_instance.`, `web[0]`. */
export interface AddressParts {
  readonly module: string
  readonly type: string
  readonly name: string
}

export function addressParts(index: LensIndex, row: number): AddressParts {
  const type = index.types[index.type[row] ?? 0]
  return {
    module: index.modules[index.module[row] ?? 0] ?? '',
    type: `${type?.mode === 'data' ? 'data.' : ''}${type?.name ?? ''}`,
    name: textAt(index.names, index.name[row] ?? 0) + textAt(index.keys, row),
  }
}

export function addressOf(index: LensIndex, row: number): string {
  const { module, type, name } = addressParts(index, row)
  return `${module === '' ? '' : `${module}.`}${type}.${name}`
}

export function kindAt(index: LensIndex, row: number): ChangeKind {
  return kindOf(actionAt(index, row))
}

/** What happens to a row or to an output. */
export function actionAt(index: LensIndex, number: number): PlannedAction {
  const place = index.action[number]
  if (place !== undefined) return index.actions[place] ?? 'unknown'
  return index.outputs[number - index.rows]?.action ?? 'unknown'
}

function keyText(key: string | number | null): string {
  if (key === null) return ''
  return typeof key === 'number' ? `[${key}]` : `[${JSON.stringify(key)}]`
}

/** Puts texts together. */
export function joined(texts: readonly string[]): Texts {
  const starts = new Uint32Array(texts.length + 1)
  let at = 0
  for (const [place, text] of texts.entries()) {
    starts[place] = at
    at += text.length
  }
  starts[texts.length] = at
  return { text: texts.join(''), starts }
}

function isTexts(value: unknown): value is Texts {
  return typeof value === 'object' && value !== null && 'starts' in value && 'text' in value
}
