// What a view of a log reads from, whatever the server offers of it.
import type { ApiError } from '@/api/errors'
import { LineStore } from './line-store'
import type { LogMatches } from './wire'

/** What a view shows; a new object whenever something changed. */
export interface LogState {
  /** `loading` until the end is there, `absent` while nothing was written. */
  readonly phase: 'loading' | 'ready' | 'absent' | 'failed'
  readonly total: number
  /** Nothing more will come. */
  readonly isComplete: boolean
  readonly error: ApiError | null
}

export abstract class LogReader {
  readonly store = new LineStore()
  private readonly watchers = new Set<() => void>()
  protected closing = new AbortController()
  protected state: LogState = { phase: 'loading', total: 0, isComplete: false, error: null }

  constructor(
    /** Where the server has it: `/api/v2/plans/plan-…/log`. */
    readonly address: string,
  ) {}

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  readonly read = (): LogState => this.state

  /** Reads the end, or the place around `line`, and follows until the log is complete. */
  abstract open(line: number | null): Promise<void>

  /** Reads what is missing of `first` to `last`, and some around it. */
  abstract want(first: number, last: number): void

  /** Where `text` stands. */
  abstract search(text: string, signal: AbortSignal): Promise<LogMatches>

  /** Lets the browser keep it. */
  abstract keep(): Promise<void>

  close() {
    this.closing.abort()
  }

  /** Begins anew: in development everything is shown, taken away and shown again. */
  protected begin(): AbortSignal {
    this.closing = new AbortController()
    this.state = { ...this.state, phase: 'loading', error: null }
    return this.closing.signal
  }

  protected become(change: Partial<LogState>) {
    if (this.closing.signal.aborted) return
    this.state = { ...this.state, ...change, total: this.store.total }
    for (const watcher of this.watchers) watcher()
  }
}
