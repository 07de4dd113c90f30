// Server-sent events as they come. They are read with fetch and not with EventSource, because only so the server can be
// told where to go on, and a stream be seen to have gone silent after the machine slept.
import { errorFrom } from './errors'
import { signIn } from './session'

/** One event of a stream. */
export interface Message {
  readonly id: string
  readonly event: string
  readonly data: string
}

// The server says something at least every 15 s; longer silence is a dead connection.
const LONGEST_SILENCE_MS = 40_000
const LOOK_EVERY_MS = 5_000

const sleepers = new Set<() => void>()

/**
 * The machine woke or is online again: streams that were silent for too long end now, and what waits to be tried again
 * is. Timers stand still while the machine sleeps.
 */
export function wakeStreams() {
  for (const wake of sleepers) wake()
}

/** Waits before the next attempt, not longer than until the machine wakes. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer)
      sleepers.delete(go)
      resolve()
    }
    const timer = setTimeout(go, milliseconds)
    sleepers.add(go)
  })
}

interface StreamOptions {
  readonly signal: AbortSignal
  /** Where to go on. */
  readonly lastEventId?: string | null
  /** The server took the request. */
  readonly onOpen?: () => void
}

/** The messages of `address` until it ends; throws when it breaks, goes silent, or is refused (`ApiError`). */
export async function* stream(address: string, { signal, lastEventId, onOpen }: StreamOptions): AsyncGenerator<Message> {
  const connection = new AbortController()
  const end = () => connection.abort()
  let lastHeard = Date.now()
  const check = () => {
    if (Date.now() - lastHeard >= LONGEST_SILENCE_MS) end()
  }
  const heard = () => {
    lastHeard = Date.now()
  }
  signal.addEventListener('abort', end)
  sleepers.add(check)
  const timer = setInterval(check, LOOK_EVERY_MS)
  try {
    const response = await fetch(address, {
      signal: connection.signal,
      headers: { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) },
    })
    if (response.status === 401) signIn()
    if (!response.ok || !response.body) throw await errorFrom(response)
    heard()
    onOpen?.()
    yield* messages(response.body, heard)
  } finally {
    clearInterval(timer)
    sleepers.delete(check)
    signal.removeEventListener('abort', end)
    end()
  }
}

/** The messages of a stream of server-sent events (WHATWG HTML, section 9.2). */
export async function* messages(body: ReadableStream<Uint8Array>, onBytes: () => void): AsyncGenerator<Message> {
  const reader = body.pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    onBytes()
    rest += value.replaceAll('\r\n', '\n')
    const blocks = rest.split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const message = parse(block)
      if (message) yield message
    }
  }
}

function parse(block: string): Message | null {
  const fields = { id: '', event: 'message', data: [] as string[] }
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? []
    if (name === 'id') fields.id = value
    if (name === 'event') fields.event = value
    if (name === 'data') fields.data.push(value)
  }
  return fields.data.length === 0 ? null : { ...fields, data: fields.data.join('\n') }
}
