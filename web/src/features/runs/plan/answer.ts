// What the worker of the plan lens is asked and answers; a page without workers does the same itself.
import { arrange, type Arrangement, type Lens, searchTexts } from './arrange'
import { buffersOf, type LensIndex, readIndex, type Texts } from './index'
import type { PlanChanges } from './wire'

export type Question =
  | { readonly kind: 'open'; readonly address: string }
  | { readonly kind: 'arrange'; readonly address: string; readonly lens: Lens }

export type Reply =
  | { readonly kind: 'opened'; readonly index: LensIndex }
  | { readonly kind: 'arranged'; readonly arrangement: Arrangement }
  | { readonly kind: 'refused'; readonly status: number; readonly body: unknown; readonly requestId: string | null }

export interface Answer {
  readonly reply: Reply
  /** What is handed over and not copied. */
  readonly buffers: ArrayBuffer[]
}

interface Opened {
  readonly index: LensIndex
  readonly texts: () => Texts
}

// The plan that is looked at, and the one before it.
const KEPT = 2
const opened = new Map<string, Promise<Opened>>()

/** Reads the index at `address` once, and answers from what it keeps of it. */
export async function answer(question: Question): Promise<Answer> {
  const found = await open(question.address).catch((error: unknown) => refusal(error))
  if ('kind' in found) return { reply: found, buffers: [] }
  if (question.kind === 'open') {
    const index = copyOf(found.index)
    // Texts to search in take as long as everything else together: they are made once the plan is handed over, and at once,
    // so that nobody waits for them who types when it is shown.
    setTimeout(found.texts)
    return { reply: { kind: 'opened', index }, buffers: buffersOf(index) }
  }
  const arrangement = arrange(found.index, question.lens, found.texts)
  return { reply: { kind: 'arranged', arrangement }, buffers: buffersOf(arrangement) }
}

function open(address: string): Promise<Opened> {
  const known = opened.get(address)
  if (known) return known
  const made = read(address)
  opened.set(address, made)
  // A failure is not kept: the next question asks the server again.
  made.catch(() => opened.delete(address))
  for (const old of [...opened.keys()].slice(0, -KEPT)) opened.delete(old)
  return made
}

async function read(address: string): Promise<Opened> {
  const response = await fetch(address, { headers: { accept: 'application/json' } })
  if (!response.ok) throw new Refusal(response.status, await response.json().catch(() => null), response.headers.get('x-request-id'))
  const index = readIndex((await response.json()) as PlanChanges)
  let texts: Texts | undefined
  return { index, texts: () => (texts ??= searchTexts(index)) }
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly requestId: string | null,
  ) {
    super(`The server answered ${status}.`)
  }
}

function refusal(error: unknown): Reply {
  if (error instanceof Refusal) return { kind: 'refused', status: error.status, body: error.body, requestId: error.requestId }
  return { kind: 'refused', status: 0, body: null, requestId: null }
}

/** The columns again: what is handed over is gone here. */
function copyOf(index: LensIndex): LensIndex {
  const entries = Object.entries(index).map(([name, value]: [string, unknown]) => {
    if (ArrayBuffer.isView(value)) return [name, (value as Uint32Array).slice()]
    if (name === 'names' || name === 'keys') return [name, { ...(value as LensIndex['names']), starts: (value as LensIndex['names']).starts.slice() }]
    return [name, value]
  })
  return Object.fromEntries(entries) as LensIndex
}
