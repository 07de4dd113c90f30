// The lines of one log as far as they were read. It is sparse: only what somebody looked at is here, and what was looked
// at long ago is forgotten again. Pure.

const CHUNK = 500
const MOST_CHUNKS = 120

export class LineStore {
  private readonly chunks = new Map<number, (string | undefined)[]>()
  /** How many lines the log has so far. */
  total = 0

  line(number: number): string | undefined {
    return this.chunks.get(chunkOf(number))?.[(number - 1) % CHUNK]
  }

  /** Those that are here, with their numbers. */
  *lines(): Generator<readonly [number: number, line: string]> {
    for (let number = 1; number <= this.total; number++) {
      const line = this.line(number)
      if (line !== undefined) yield [number, line]
    }
  }

  /** Keeps `lines` from number `first` on. */
  put(first: number, lines: readonly string[]) {
    for (const [at, line] of lines.entries()) this.set(first + at, line)
    this.total = Math.max(this.total, first + lines.length - 1)
  }

  /** The log grew: `text` begins in line `first`, and goes on it if that is known. */
  append(first: number, text: string) {
    const [begin = '', ...more] = text.split('\n')
    // What ends with a newline ends its line: the next one is not there yet.
    if (more.at(-1) === '') more.pop()
    const known = first <= this.total ? this.line(first) : ''
    if (known !== undefined) this.set(first, known + begin)
    this.total = Math.max(this.total, first)
    if (more.length > 0) this.put(first + 1, more)
  }

  /** The first and the last number of lines to read so that `first` to `last` are there; null when they are. */
  missing(first: number, last: number): readonly [number, number] | null {
    const end = Math.min(last, this.total)
    let from = 0
    let to = 0
    for (let number = Math.max(1, first); number <= end; number++) {
      if (this.line(number) !== undefined) continue
      from ||= number
      to = number
    }
    return from === 0 ? null : [from, to]
  }

  private set(number: number, line: string) {
    const key = chunkOf(number)
    const chunk = this.chunks.get(key) ?? []
    chunk[(number - 1) % CHUNK] = line
    // The chunk that was written last is the last one in the map: the first one is forgotten.
    this.chunks.delete(key)
    this.chunks.set(key, chunk)
    if (this.chunks.size <= MOST_CHUNKS) return
    const oldest = this.chunks.keys().next().value
    if (oldest !== undefined) this.chunks.delete(oldest)
  }
}

const chunkOf = (number: number) => Math.floor((number - 1) / CHUNK)
