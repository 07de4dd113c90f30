// Live updates: one stream of events per tab and organization. It is read with fetch and not with EventSource, because
// only so it can be told where to go on, and be seen to have gone silent after the machine slept.
import type { QueryClient, QueryKey } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import type { ResourceOf } from './query'
import { signIn } from './session'

/** Something that happened: its resource, with the position in the order of all events. */
export type LiveEvent = ResourceOf<'Event'>

/** Which query keys an event makes stale; pure. Features export it as `stale`. */
export type Staleness = (event: LiveEvent) => readonly QueryKey[]

/** Whether what is shown follows the server. */
export type Connection = 'idle' | 'connecting' | 'live' | 'interrupted'

type Listener = (event: LiveEvent) => void

// The server says something at least every 15 s; longer silence is a dead connection.
const LONGEST_SILENCE_MS = 40_000
const LONGEST_DELAY_MS = 15_000
// Many events come at once after a break: queries are read again once for all of them.
const GATHER_MS = 40

/** Reads the stream of one organization, and goes on after every break from where it was. */
export class EventHub {
  private readonly listeners = new Set<Listener>()
  private readonly watchers = new Set<() => void>()
  private stream: AbortController | null = null
  private organization: string | null = null
  private position: string | null = null
  private lastHeard = 0
  private state: Connection = 'idle'

  /** Follows `organization` from now on; null follows none. Following the same one again changes nothing. */
  follow(organization: string | null) {
    if (organization === this.organization) return
    this.stop()
    this.organization = organization
    this.position = null
    if (organization !== null) void this.run(organization)
  }

  /** Calls `listener` for each event until the returned function is called. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** For `useSyncExternalStore`: tells when [`connection`] changes. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  readonly connection = (): Connection => this.state

  /** Starts over if nothing was heard for too long: timers stand still while the machine sleeps. */
  wake() {
    if (this.organization === null || Date.now() - this.lastHeard < LONGEST_SILENCE_MS) return
    this.stream?.abort()
  }

  stop() {
    this.organization = null
    this.stream?.abort()
    this.become('idle')
  }

  private async run(organization: string) {
    let failures = 0
    while (this.organization === organization) {
      this.become(failures === 0 ? 'connecting' : 'interrupted')
      const heard = await this.read(organization).catch(() => false)
      if (this.organization !== organization) return
      failures = heard ? 1 : failures + 1
      this.become('interrupted')
      await pause(Math.min(250 * 2 ** (failures - 1), LONGEST_DELAY_MS))
    }
  }

  /** Reads until the stream ends; whether it had begun. */
  private async read(organization: string): Promise<boolean> {
    const stream = new AbortController()
    this.stream = stream
    const response = await fetch(`/api/v2/events/stream?organization=${encodeURIComponent(organization)}`, {
      signal: stream.signal,
      headers: { accept: 'text/event-stream', ...(this.position && { 'last-event-id': this.position }) },
    })
    if (response.status === 401) signIn()
    if (response.status === 403 || response.status === 404) return this.giveUp()
    if (!response.ok || !response.body) return false
    this.lastHeard = Date.now()
    this.become('live')
    const watch = setInterval(() => this.wake(), 5_000)
    try {
      for await (const message of messages(response.body, () => (this.lastHeard = Date.now()))) this.hear(message)
    } catch {
      // The connection broke: go on from the last position.
    } finally {
      clearInterval(watch)
    }
    return true
  }

  /** The caller may not see events of the organization: pages read again when they are shown again. */
  private giveUp(): false {
    this.organization = null
    this.become('idle')
    return false
  }

  private hear(message: Message) {
    if (message.id) this.position = message.id
    if (message.event !== 'event') return
    const event = JSON.parse(message.data) as LiveEvent
    for (const listener of this.listeners) listener(event)
  }

  private become(state: Connection) {
    if (state === this.state) return
    this.state = state
    for (const watcher of this.watchers) watcher()
  }
}

interface Message {
  readonly id: string
  readonly event: string
  readonly data: string
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

/** Reads what events make stale again, once for those that come together. */
export function keepFresh(hub: EventHub, queries: QueryClient, rules: readonly Staleness[]): () => void {
  let waiting: QueryKey[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () => {
    const keys = new Map(waiting.map((key) => [JSON.stringify(key), key]))
    waiting = []
    timer = undefined
    for (const queryKey of keys.values()) void queries.invalidateQueries({ queryKey })
  }
  const end = hub.listen((event) => {
    waiting.push(...rules.flatMap((rule) => rule(event)))
    if (waiting.length > 0) timer ??= setTimeout(flush, GATHER_MS)
  })
  return () => {
    end()
    clearTimeout(timer)
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** The tab's hub. */
export const hub = new EventHub()

/** Calls `onEvent` for each event of the organization while the component is shown. */
export function useLive(onEvent: Listener) {
  const heard = useEffectEvent(onEvent)
  useEffect(() => hub.listen((event) => heard(event)), [])
}

/** Whether what is shown follows the server. */
export function useConnection(): Connection {
  return useSyncExternalStore(hub.watch, hub.connection)
}
