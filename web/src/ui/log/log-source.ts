// One log of the server, line by line: the end first, other parts when they are looked at, the rest as it is written.
import { errorFrom, toApiError } from '@/api/errors'
import { signIn } from '@/api/session'
import { pause, stream } from '@/api/stream'
import { downloadLog } from './download'
import { LogReader } from './log-reader'
import type { LogAddition, LogLines, LogMatches } from './wire'

const FIRST_LINES = 500
// Lines that are read around what is looked at, so that scrolling on finds them there.
const AROUND = 400
const RETRY_MS = 1_000

export class LogSource extends LogReader {
  private readonly inFlight = new Set<string>()
  private offset = 0

  async open(line: number | null) {
    const signal = this.begin()
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

  async search(text: string, signal: AbortSignal): Promise<LogMatches> {
    const query = new URLSearchParams({ query: text, 'ignore-case': 'true', limit: '10000' })
    return this.get<LogMatches>(`${this.address}/search?${query.toString()}`, signal)
  }

  keep() {
    return downloadLog(this.address, `${this.address.split('/').at(-2) ?? 'run'}.log`)
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
}
