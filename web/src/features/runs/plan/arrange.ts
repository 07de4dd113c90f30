// Which changes are shown and in which groups: the plan lens without its looks. Pure; a worker does it for large plans.
import { addressParts, kindAt, kindOf, joined, KINDS, type LensIndex, textAt, type Texts } from './index'
import type { ChangeKind } from './wire'

export type GroupBy = 'module' | 'type'

/** What to show. */
export interface Lens {
  readonly by: GroupBy
  /** Words that all must occur in the address, the type, the reason or the attributes that force a replacement. */
  readonly text: string
  /** Only these kinds. */
  readonly kinds: readonly ChangeKind[]
  /** Only this resource type. */
  readonly type: string
}

export type GroupSort = 'module' | 'type' | 'outputs' | 'drift'

/** Rows under one heading: `rows[start]` and the following `count`. */
export interface ChangeGroup {
  readonly sort: GroupSort
  /** A module's address, a type's name. */
  readonly title: string
  readonly start: number
  readonly count: number
  readonly counts: Readonly<Partial<Record<ChangeKind, number>>>
}

/** What the lens shows, before groups are folded. */
export interface Arrangement {
  readonly groups: readonly ChangeGroup[]
  /** Numbers of changes, group after group. */
  readonly rows: Uint32Array
  /** How many changes match, of each kind, whatever kinds are shown; drift and outputs are counted apart. */
  readonly matching: Readonly<Record<ChangeKind, number>>
  readonly matchingDrift: number
}

/** What is shown unless somebody says otherwise: everything that happens. */
export const DEFAULT_KINDS: readonly ChangeKind[] = KINDS.filter((kind) => kind !== 'no-op')

/**
 * What the words of a filter are looked for in, a line of small letters for each row; made once for a plan. One text of
 * all lines is searched many times faster than a hundred thousand of them.
 */
export function searchTexts(index: LensIndex): Texts {
  // What repeats is put together once: of 100,000 rows nearly everything does.
  const small = (text: string) => text.toLowerCase()
  const names = Array.from({ length: index.names.starts.length - 1 }, (_, place) => small(textAt(index.names, place)))
  const reasons = index.reasons.map((reason) => small(reason.text))
  const paths = index.replacePaths.map((path) => small(path.join(' ')))
  const prefixes = new Map<number, string>()
  const prefixOf = (row: number): string => {
    const module = index.module[row] ?? 0
    const place = module * index.types.length + (index.type[row] ?? 0)
    const known = prefixes.get(place)
    if (known !== undefined) return known
    const parts = addressParts(index, row)
    const made = small(`${parts.module === '' ? '' : `${parts.module}.`}${parts.type}.`)
    prefixes.set(place, made)
    return made
  }
  const lines = Array.from({ length: index.rows }, (_, row) => {
    const address = `${prefixOf(row)}${names[index.name[row] ?? 0] ?? ''}${small(textAt(index.keys, row))}`
    return `${address} ${reasons[index.reason[row] ?? 0] ?? ''} ${paths[index.replacePath[row] ?? 0] ?? ''}\n`
  })
  return joined(lines)
}

/** Filters and groups. `texts` is only called for when there are words to look for. */
export function arrange(index: LensIndex, lens: Lens, texts: () => Texts): Arrangement {
  const matches = matcher(index, lens, texts)
  const shown = new Set(lens.kinds)
  const isShown = index.actions.map((action) => shown.has(kindOf(action)))
  const matching = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<ChangeKind, number>
  const planned = new Gathered()
  const drifted = new Gathered()
  for (let row = 0; row < index.rows; row++) {
    if (!matches(row)) continue
    if (row >= index.driftStart) {
      drifted.add(index.module[row] ?? 0, row)
      continue
    }
    matching[kindAt(index, row)] += 1
    if (!isShown[index.action[row] ?? 0]) continue
    planned.add((lens.by === 'module' ? index.module[row] : index.type[row]) ?? 0, row)
  }
  const outputs = matchingOutputs(index, lens, shown)
  const groups = [
    ...headed(index, planned, lens.by),
    ...(outputs.length > 0 ? [{ sort: 'outputs' as const, title: 'Outputs', rows: outputs }] : []),
    ...headed(index, drifted, 'drift'),
  ]
  return { ...laidOut(index, groups), matching, matchingDrift: drifted.total }
}

interface Heading {
  readonly sort: GroupSort
  readonly title: string
  readonly rows: readonly number[]
}

/** Rows by what they have in common, in the order in which they came. */
class Gathered {
  readonly byPlace = new Map<number, number[]>()
  total = 0

  add(place: number, row: number) {
    this.total += 1
    const rows = this.byPlace.get(place)
    if (rows) rows.push(row)
    else this.byPlace.set(place, [row])
  }
}

/** Modules come in the server's order, riskiest first. Types are put into that order here. */
function headed(index: LensIndex, gathered: Gathered, sort: 'module' | 'type' | 'drift'): Heading[] {
  const groups = [...gathered.byPlace.entries()].map(([place, rows]) => ({ place, rows }))
  if (sort === 'type') {
    for (const group of groups) group.rows.sort((left, right) => (index.action[left] ?? 0) - (index.action[right] ?? 0) || left - right)
    const typeName = (place: number) => index.types[place]?.name ?? ''
    const risk = (rows: readonly number[]) => index.action[rows[0] ?? 0] ?? 0
    groups.sort((left, right) => risk(left.rows) - risk(right.rows) || typeName(left.place).localeCompare(typeName(right.place)))
  }
  return groups.map(({ place, rows }) => ({ sort, rows, title: titleOf(index, sort, place) }))
}

function titleOf(index: LensIndex, sort: 'module' | 'type' | 'drift', place: number): string {
  if (sort !== 'type') return index.modules[place] ?? ''
  const type = index.types[place]
  return `${type?.mode === 'data' ? 'data.' : ''}${type?.name ?? ''}`
}

function laidOut(index: LensIndex, groups: readonly Heading[]): { groups: ChangeGroup[]; rows: Uint32Array } {
  const rows = new Uint32Array(groups.reduce((sum, group) => sum + group.rows.length, 0))
  let start = 0
  const laid = groups.map((group) => {
    rows.set(group.rows, start)
    const made = { sort: group.sort, title: group.title, start, count: group.rows.length, counts: countsOf(index, group) }
    start += group.rows.length
    return made
  })
  return { groups: laid, rows }
}

function countsOf(index: LensIndex, group: Heading): Partial<Record<ChangeKind, number>> {
  const counts: Partial<Record<ChangeKind, number>> = {}
  for (const number of group.rows) {
    const kind = kindAt(index, number)
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter((word) => word !== '')
}

function matcher(index: LensIndex, lens: Lens, texts: () => Texts): (row: number) => boolean {
  const words = wordsOf(lens.text)
  const isType = lens.type === '' ? null : index.types.map((type) => type.name === lens.type)
  const ofType = (row: number) => isType === null || isType[index.type[row] ?? 0] === true
  if (words.length === 0) return ofType
  const found = words.map((word) => linesWith(texts(), word))
  return (row) => ofType(row) && found.every((lines) => lines[row] === 1)
}

/** 1 for each line that has `word`, which has no white space and so never goes over the end of a line. */
function linesWith({ text, starts }: Texts, word: string): Uint8Array {
  const found = new Uint8Array(starts.length - 1)
  let line = 0
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, starts[line] ?? text.length)) {
    while ((starts[line + 1] ?? text.length) <= at) line += 1
    found[line] = 1
    line += 1
  }
  return found
}

function matchingOutputs(index: LensIndex, lens: Lens, shown: ReadonlySet<ChangeKind>): number[] {
  if (lens.type !== '') return []
  const words = wordsOf(lens.text)
  return index.outputs
    .filter((output) => shown.has(kindOf(output.action)))
    .filter((output) => words.every((word) => `output.${output.name}`.toLowerCase().includes(word)))
    .map((output) => output.number)
}

/** One line of the list: a group's heading (`~group`) or a change's number. */
export type Line = number

/** The lines to show: headings always, the changes of groups that are not folded. */
export function linesOf(arrangement: Arrangement, isFolded: (group: ChangeGroup) => boolean): Int32Array {
  const open = arrangement.groups.map((group) => !isFolded(group))
  const length = arrangement.groups.reduce((sum, group, at) => sum + 1 + (open[at] ? group.count : 0), 0)
  const lines = new Int32Array(length)
  let place = 0
  for (const [at, group] of arrangement.groups.entries()) {
    lines[place++] = ~at
    if (!open[at]) continue
    lines.set(arrangement.rows.subarray(group.start, group.start + group.count), place)
    place += group.count
  }
  return lines
}
