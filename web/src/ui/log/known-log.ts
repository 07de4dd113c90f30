// Logs of which the server gives no single lines: all of it is read from its beginning, and searched here.
import { errorFrom, toApiError } from '@/api/errors'
import { signIn } from '@/api/session'
import { pause, stream } from '@/api/stream'
import { keepFile } from '@/lib/keep-file'
import { clock } from '@/lib/time'
import { piecesOf } from './ansi'
import { downloadLog } from './download'
import { LogReader } from './log-reader'
import type { LogAddition, LogMatches } from './wire'

const RETRY_MS = 1_000

abstract class KnownLog extends LogReader {
  /** All that was read is here. */
  want() {}

  search(text: string): Promise<LogMatches> {
    const lines = [...this.store.lines()].filter(([, line]) => plain(line).toLowerCase().includes(text.toLowerCase())).map(([number]) => number)
    return Promise.resolve({ lines, total: lines.length, 'searched-lines': this.store.total, 'is-complete': this.state.isComplete })
  }
}

const plain = (line: string) =>
  piecesOf(line)
    .map(({ text }) => text)
    .join('')

/** The log of something that ends, as of a deploy: a stream of what was written and is written. */
export class StreamedLog extends KnownLog {
  private offset = 0

  async open() {
    const signal = this.begin()
    // It was shown before, to its end.
    if (this.state.isComplete) this.become({ phase: this.store.total === 0 ? 'absent' : 'ready' })
    while (!signal.aborted && !this.state.isComplete) {
      try {
        if (await this.follow(signal)) this.become({ phase: this.store.total === 0 ? 'absent' : 'ready', isComplete: true })
      } catch (thrown) {
        const error = toApiError(thrown)
        if (error.isMissing) return this.become({ phase: 'absent' })
        if (error.status === 403) return this.become({ phase: 'failed', error })
      }
      if (!this.state.isComplete && !signal.aborted) await pause(RETRY_MS)
    }
  }

  keep() {
    return downloadLog(this.address, `${this.address.split('/').at(-2) ?? 'deploy'}.log`)
  }

  /** Whether its end was reached. */
  private async follow(signal: AbortSignal): Promise<boolean> {
    const isOpen = () => this.store.total === 0 && this.become({ phase: 'absent' })
    for await (const message of stream(`${this.address}/stream?offset=${this.offset}&numbered=true`, { signal, onOpen: isOpen })) {
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

interface UnitLogOptions {
  /** Only of this one; empty for all. */
  readonly process: string
  /** The file that it is kept as. */
  readonly name: string
}

/** How many lines of before are shown. */
const BEFORE = 1_000

/** What the units of an app write, without an end: the last lines, and what comes. */
export class UnitLog extends KnownLog {
  /** As the server sent them, the newest last: after a break it sends some again. */
  private newest: readonly string[] = []

  constructor(
    address: string,
    private readonly options: UnitLogOptions,
  ) {
    super(address)
  }

  async open() {
    const signal = this.begin()
    while (!signal.aborted) {
      try {
        await this.follow(signal)
      } catch (thrown) {
        if (signal.aborted) return
        const error = toApiError(thrown)
        const isPassing = error.code === 'offline' && this.store.total > 0
        if (!isPassing) return this.become(error.isMissing ? { phase: 'absent' } : { phase: 'failed', error })
      }
      if (!signal.aborted) await pause(RETRY_MS)
    }
  }

  keep() {
    const lines = [...this.store.lines()].map(([, line]) => plain(line))
    keepFile(new Blob([`${lines.join('\n')}\n`], { type: 'text/plain' }), this.options.name)
    return Promise.resolve()
  }

  private async follow(signal: AbortSignal) {
    const { process } = this.options
    const query = new URLSearchParams({ lines: String(BEFORE), follow: 'true', ...(process && { process }) })
    const response = await fetch(`${this.address}?${query.toString()}`, { signal, headers: { accept: 'text/plain' } })
    if (response.status === 401) signIn()
    if (!response.ok || !response.body) throw await errorFrom(response)
    if (this.store.total === 0) this.become({ phase: 'absent' })
    const reader = response.body.pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>).getReader()
    const known = new Set(this.newest)
    for (let rest = ''; ; ) {
      const { done, value } = await reader.read()
      if (done) return
      const lines = (rest + value).split('\n')
      rest = lines.pop() ?? ''
      this.take(lines.filter((line) => !known.has(line)))
    }
  }

  private take(lines: readonly string[]) {
    if (lines.length === 0) return
    this.newest = [...this.newest, ...lines].slice(-BEFORE)
    this.store.put(this.store.total + 1, lines.map(shown))
    this.become({ phase: 'ready' })
  }
}

/** `2026-11-22T08:00:00.123Z web-12-0 text` with the time of the reader's day, and in grey what is not the program's. */
function shown(line: string): string {
  const [, time = '', unit = '', text = ''] = /^(\S+) (\S+) ?(.*)$/.exec(line) ?? []
  const at = Date.parse(time)
  return Number.isNaN(at) ? line : `\u001B[90m${clock(at)} ${unit}\u001B[0m ${text}`
}
