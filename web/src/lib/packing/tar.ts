// Writes tar archives (POSIX ustar, with pax headers for long names): sorted, without times, owners or exact modes, so
// that equal folders give equal archives, as the command line writes them.

/** One file of an archive. */
export interface TarFile {
  /** With `/`, relative, no `..`. */
  readonly path: string
  /** Exactly this many bytes. */
  readonly size: number
  /** Whether it may be run. */
  readonly isExecutable?: boolean
  readonly stream: () => ReadableStream<Uint8Array<ArrayBuffer>>
}

const BLOCK = 512
const NAME_BYTES = 100
const PREFIX_BYTES = 155

/** The archive, produced while it is read. */
export function tar(files: readonly TarFile[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  const sorted = files.toSorted((left, right) => (left.path < right.path ? -1 : left.path > right.path ? 1 : 0))
  const parts = archive(sorted)
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await parts.return()
    },
  })
}

async function* archive(files: readonly TarFile[]): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  for (const file of files) {
    const place = placed(file.path)
    if (place === null) yield* longName(file.path)
    yield header({ ...(place ?? { name: cut(file.path), prefix: '' }), size: file.size, kind: '0', isExecutable: file.isExecutable === true })
    yield* content(file)
  }
  yield new Uint8Array(2 * BLOCK)
}

async function* content(file: TarFile): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const reader = file.stream().getReader()
  let written = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    written += value.byteLength
    yield value
  }
  if (written !== file.size) throw new Error(`${file.path} changed while it was read. Choose the folder again.`)
  const rest = written % BLOCK
  if (rest > 0) yield new Uint8Array(BLOCK - rest)
}

/** A pax header that names the file behind it (POSIX.1-2001, "pax Extended Header"). */
function* longName(path: string): Generator<Uint8Array<ArrayBuffer>, void> {
  const text = bytes(` path=${path}\n`)
  // The record's length counts its own digits.
  let length = text.length + String(text.length).length
  if (text.length + String(length).length !== length) length = text.length + String(length).length
  const record = bytes(`${length} path=${path}\n`)
  yield header({ name: 'pax', prefix: '', size: record.length, kind: 'x', isExecutable: false })
  yield record
  const rest = record.length % BLOCK
  if (rest > 0) yield new Uint8Array(BLOCK - rest)
}

interface Entry {
  readonly name: string
  readonly prefix: string
  readonly size: number
  readonly kind: '0' | 'x'
  readonly isExecutable: boolean
}

function header({ name, prefix, size, kind, isExecutable }: Entry): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK)
  const put = (at: number, text: string) => block.set(bytes(text), at)
  put(0, name)
  put(100, isExecutable ? '0000755\0' : '0000644\0')
  put(108, '0000000\0')
  put(116, '0000000\0')
  put(124, `${size.toString(8).padStart(11, '0')}\0`)
  put(136, '00000000000\0')
  put(148, '        ')
  put(156, kind)
  put(257, 'ustar\u000000')
  put(345, prefix)
  const sum = block.reduce((total, byte) => total + byte, 0)
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `)
  return block
}

/** The two fields that a name is split over at a slash; null where it fits in neither. */
function placed(path: string): { name: string; prefix: string } | null {
  if (bytes(path).length <= NAME_BYTES) return { name: path, prefix: '' }
  const slashes = [...path.matchAll(/\//g)].map((match) => match.index)
  const at = slashes.find((index) => bytes(path.slice(index + 1)).length <= NAME_BYTES)
  if (at === undefined || bytes(path.slice(0, at)).length > PREFIX_BYTES) return null
  return { prefix: path.slice(0, at), name: path.slice(at + 1) }
}

function cut(path: string): string {
  let short = path.slice(0, NAME_BYTES)
  while (bytes(short).length > NAME_BYTES) short = short.slice(0, -1)
  return short
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>
}
