// What differs between two texts: by lines, and within a line by what is the same at both ends.

export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed'
  /** Line number before; null where it was not. */
  readonly before: number | null
  readonly after: number | null
  /** The text in three parts; the middle one is what changed. */
  readonly parts: readonly [start: string, changed: string, end: string]
}

// Beyond this product of lines the middle is shown as replaced as a whole: it would take longer than anybody waits.
const MOST_CELLS = 4_000_000

/** The lines of both texts in one order. `context` lines around changes are kept; the others are left out, `null` for each gap. */
export function diffLines(before: string, after: string, context = Infinity): readonly (DiffLine | null)[] {
  const [left, right] = [before.split('\n'), after.split('\n')]
  const same = common(left, right)
  const lines: DiffLine[] = []
  let [x, y] = [0, 0]
  for (const [nextX, nextY] of [...same, [left.length, right.length] as const]) {
    lines.push(...replaced(left.slice(x, nextX), right.slice(y, nextY), x, y))
    const text = left[nextX]
    if (nextX < left.length && text !== undefined) {
      lines.push({ kind: 'same', before: nextX + 1, after: nextY + 1, parts: [text, '', ''] })
    }
    ;[x, y] = [nextX + 1, nextY + 1]
  }
  return context === Infinity ? lines : folded(lines, context)
}

/** What is the same at the start and the end of both, and what differs between: `[start, before, after, end]`. */
export function diffWithin(before: string, after: string): readonly [string, string, string, string] {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start += 1
  let end = 0
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1
  return [before.slice(0, start), before.slice(start, before.length - end), after.slice(start, after.length - end), before.slice(before.length - end)]
}

function replaced(removed: readonly string[], added: readonly string[], x: number, y: number): DiffLine[] {
  const isPaired = removed.length === added.length
  const part = (text: string, other: string | undefined, isBefore: boolean): DiffLine['parts'] => {
    if (!isPaired || other === undefined) return [text, '', '']
    const [start, before, after, end] = isBefore ? diffWithin(text, other) : diffWithin(other, text)
    // Lines that share next to nothing are other lines: marks would only be noise.
    return start.trim().length + end.trim().length < 3 ? [text, '', ''] : [start, isBefore ? before : after, end]
  }
  return [
    ...removed.map((text, at): DiffLine => ({ kind: 'removed', before: x + at + 1, after: null, parts: part(text, added[at], true) })),
    ...added.map((text, at): DiffLine => ({ kind: 'added', before: null, after: y + at + 1, parts: part(text, removed[at], false) })),
  ]
}

/** Pairs of places that hold the same line, in order: a longest common subsequence. */
function common(left: readonly string[], right: readonly string[]): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = []
  let start = 0
  while (start < left.length && start < right.length && left[start] === right[start]) {
    pairs.push([start, start])
    start += 1
  }
  let end = 0
  while (end < Math.min(left.length, right.length) - start && left.at(-1 - end) === right.at(-1 - end)) end += 1
  pairs.push(...middle(left, right, start, end))
  for (let at = end; at > 0; at -= 1) pairs.push([left.length - at, right.length - at])
  return pairs
}

function middle(left: readonly string[], right: readonly string[], start: number, end: number): (readonly [number, number])[] {
  const rows = left.length - start - end
  const columns = right.length - start - end
  if (rows <= 0 || columns <= 0 || rows * columns > MOST_CELLS) return []
  const width = columns + 1
  const longest = new Uint32Array((rows + 1) * width)
  const at = (row: number, column: number) => longest[row * width + column] ?? 0
  for (let row = rows - 1; row >= 0; row -= 1) {
    for (let column = columns - 1; column >= 0; column -= 1) {
      const isSame = left[start + row] === right[start + column]
      longest[row * width + column] = isSame ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  const pairs: (readonly [number, number])[] = []
  let [row, column] = [0, 0]
  while (row < rows && column < columns) {
    if (left[start + row] === right[start + column]) pairs.push([start + row++, start + column++])
    else if (at(row + 1, column) >= at(row, column + 1)) row += 1
    else column += 1
  }
  return pairs
}

function folded(lines: readonly DiffLine[], context: number): (DiffLine | null)[] {
  const changed = lines.flatMap((line, at) => (line.kind === 'same' ? [] : [at]))
  const kept = new Set(changed.flatMap((at) => Array.from({ length: 2 * context + 1 }, (_, by) => at - context + by)))
  return lines.flatMap((line, at) => (kept.has(at) ? [line] : kept.has(at - 1) || at === 0 ? [null] : []))
}
