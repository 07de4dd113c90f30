// Live updates: one stream of events per tab and organization, which goes on after every break from where it was.
import type { QueryClient, QueryKey } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import { ApiError } from './errors'
import type { ResourceOf } from './query'
import { type Message, pause, stream } from './stream'

/** Something that happened: its resource, with the position in the order of all events. */
export type LiveEvent = ResourceOf<'Event'>

/** Which query keys an event makes stale; pure. Features export it as `stale`. */
export type Staleness = (event: LiveEvent) => readonly QueryKey[]

/** Whether what is shown follows the server. */
export type Connection = 'idle' | 'connecting' | 'live' | 'interrupted'

type Listener = (event: LiveEvent) => void
/** `isBlind` when something may have happened in between that is never told. */
type Resumed = (isBlind: boolean) => void

const LONGEST_DELAY_MS = 5_000
// Many events come at once after a break: queries are read again once for all of them.
const GATHER_MS = 40

/** Reads the stream of one organization, and goes on after every break from where it was. */
export class EventHub {
  private readonly listeners = new Set<Listener>()
  private readonly watchers = new Set<() => void>()
  private readonly resumed = new Set<Resumed>()
  private readonly begun = new Set<() => void>()
  private following = new AbortController()
  private organization: string | null = null
  private position: string | null = null
  private wasLive = false
  private state: Connection = 'idle'

  /** Follows `organization` from now on; null follows none. Following the same one again changes nothing. */
  follow(organization: string | null) {
    if (organization === this.organization) return
    this.stop()
    this.organization = organization
    this.position = null
    this.wasLive = false
    this.following = new AbortController()
    if (organization !== null) void this.run(organization)
  }

  /** Calls `listener` for each event until the returned function is called. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Calls `listener` each time that the stream goes on after a break. */
  onResumed(listener: Resumed): () => void {
    this.resumed.add(listener)
    return () => this.resumed.delete(listener)
  }

  /** Calls `listener` each time that the stream of an organization begins: nobody told what happened before. */
  onBegun(listener: () => void): () => void {
    this.begun.add(listener)
    return () => this.begun.delete(listener)
  }

  /** For `useSyncExternalStore`: tells when [`connection`] changes. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  readonly connection = (): Connection => this.state

  stop() {
    this.organization = null
    this.following.abort()
    this.become('idle')
  }

  private async run(organization: string) {
    let failures = 0
    while (this.organization === organization) {
      this.become(failures === 0 ? 'connecting' : 'interrupted')
      const heard = await this.read(organization)
      if (this.organization !== organization) return
      failures = heard ? 1 : failures + 1
      this.become('interrupted')
      await pause(Math.min(250 * 2 ** (failures - 1), LONGEST_DELAY_MS))
    }
  }

  /** Reads until the stream ends; whether it had begun. */
  private async read(organization: string): Promise<boolean> {
    const { signal } = this.following
    let hasBegun = false
    const onOpen = () => {
      hasBegun = true
      this.begin()
    }
    const address = `/api/v2/events/stream?organization=${encodeURIComponent(organization)}`
    try {
      for await (const message of stream(address, { signal, lastEventId: this.position, onOpen })) this.hear(message)
    } catch (error) {
      if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return this.giveUp()
      // Otherwise the connection broke: go on from the last position.
    }
    return hasBegun
  }

  private begin() {
    const isResumed = this.wasLive
    this.wasLive = true
    this.become('live')
    if (!isResumed) {
      for (const listener of this.begun) listener()
      return
    }
    // Nothing was heard before the break: the server does not know where to go on.
    for (const listener of this.resumed) listener(this.position === null)
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

/** Reads what events make stale again, once for those that come together; after a break also what failed or may be old. */
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
  const endResumed = hub.onResumed((isBlind) => {
    void queries.invalidateQueries(isBlind ? {} : { predicate: ({ state }) => state.status === 'error' })
  })
  const endBegun = hub.onBegun(() => readAgain(queries))
  return () => {
    end()
    endResumed()
    endBegun()
    clearTimeout(timer)
  }
}

/** What was read, or asked for, before the stream began may have changed before it: it is read once more, unless it never changes. */
function readAgain(queries: QueryClient) {
  for (const query of queries.getQueryCache().getAll()) {
    const { data, fetchStatus } = query.state
    if (query.observers.some(({ options }) => options.staleTime === Infinity)) continue
    const again = () => void queries.invalidateQueries({ queryKey: query.queryKey, exact: true })
    if (fetchStatus === 'fetching') void query.promise?.then(again, () => undefined)
    else if (data !== undefined) again()
  }
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
