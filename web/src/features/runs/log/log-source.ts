// One log of the server, line by line: the end first, other parts when they are looked at, the rest as it is written.
import { errorFrom, toApiError, type ApiError } from '@/api/errors'
import { signIn } from '@/api/session'
import { pause, stream } from '@/api/stream'
import { LineStore } from './line-store'
import type { LogAddition, LogLines, LogMatches } from './wire'

export type PhaseKind = 'plan' | 'apply'

/** What a view shows; a new object whenever something changed. */
export interface LogState {
  /** `loading` until the end is there, `absent` while nothing was written. */
  readonly phase: 'loading' | 'ready' | 'absent' | 'failed'
  readonly total: number
  /** Nothing more will come. */
  readonly isComplete: boolean
  readonly error: ApiError | null
}

const FIRST_LINES = 500
// Lines that are read around what is looked at, so that scrolling on finds them there.
const AROUND = 400
const RETRY_MS = 1_000

export class LogSource {
  readonly store = new LineStore()
  private readonly watchers = new Set<() => void>()
  private readonly inFlight = new Set<string>()
  private closing = new AbortController()
  private state: LogState = { phase: 'loading', total: 0, isComplete: false, error: null }
  private offset = 0

  constructor(
    /** `/api/v2/plans/plan-…/log` */
    readonly address: string,
  ) {}

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  readonly read = (): LogState => this.state

  /** Reads the end, or the place around `line`, and follows until the log is complete. */
  async open(line: number | null) {
    // In development everything is shown, taken away and shown again.
    this.closing = new AbortController()
    const { signal } = this.closing
    this.state = { ...this.state, phase: 'loading', error: null }
    try {
      const end = await this.lines(`last=${FIRST_LINES}`)
      this.take(end)
      this.offset = end['end-offset']
      if (line !== null) this.want(line, line)
      this.become({ phase: end['total-lines'] === 0 ? 'absent' : 'ready', isComplete: end['is-complete'] })
      if (!end['is-complete']) await this.follow(signal)
    } catch (thrown) {
      if (signal.aborted) return
      const error = toApiError(thrown)
      this.become(error.isMissing ? { phase: 'absent' } : { phase: 'failed', error })
    }
  }

  close() {
    this.closing.abort()
  }

  /** Reads what is missing of `first` to `last`, and some around it. */
  want(first: number, last: number) {
    if (this.store.missing(first, last) === null) return
    const missing = this.store.missing(first - AROUND, last + AROUND)
    if (missing === null) return
    const key = `${missing[0]}`
    if (this.inFlight.has(key)) return
    this.inFlight.add(key)
    void this.lines(`first=${missing[0]}&count=${missing[1] - missing[0] + 1}`)
      .then((lines) => {
        this.take(lines)
        this.become({})
      })
      .catch(() => undefined)
      .finally(() => this.inFlight.delete(key))
  }

  /** Where `text` stands. */
  async search(text: string, signal: AbortSignal): Promise<LogMatches> {
    const query = new URLSearchParams({ query: text, 'ignore-case': 'true', limit: '10000' })
    return this.get<LogMatches>(`${this.address}/search?${query.toString()}`, signal)
  }

  private lines(query: string): Promise<LogLines> {
    return this.get<LogLines>(`${this.address}/lines?${query}`, this.closing.signal)
  }

  private async get<T>(address: string, signal: AbortSignal): Promise<T> {
    const response = await fetch(address, { signal, headers: { accept: 'application/json' } })
    if (response.status === 401) signIn()
    if (!response.ok) throw await errorFrom(response)
    return (await response.json()) as T
  }

  private take(lines: LogLines) {
    this.store.put(lines['first-line'], lines.lines)
    this.store.total = Math.max(this.store.total, lines['total-lines'])
  }

  /** Reads the stream, and goes on after every break from where it was. */
  private async follow(signal: AbortSignal) {
    while (!signal.aborted && !this.state.isComplete) {
      const isEnd = await this.stream(signal).catch(() => false)
      if (isEnd) this.become({ isComplete: true })
      else await pause(RETRY_MS)
    }
  }

  private async stream(signal: AbortSignal): Promise<boolean> {
    for await (const message of stream(`${this.address}/stream?offset=${this.offset}&numbered=true`, { signal })) {
      if (message.event === 'end') return true
      if (message.event !== 'log') continue
      if (message.id) this.offset = Number(message.id)
      const { line, text } = JSON.parse(message.data) as LogAddition
      this.store.append(line, text)
      this.become({ phase: 'ready' })
    }
    return false
  }

  private become(change: Partial<LogState>) {
    if (this.closing.signal.aborted) return
    this.state = { ...this.state, ...change, total: this.store.total }
    for (const watcher of this.watchers) watcher()
  }
}
