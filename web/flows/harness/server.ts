// The real binary as a server, with a data directory of its own, SQLite and the embedded runner with real OpenTofu.
import type { ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ended, run, start } from './programs'
import { binary, engines, tools } from './project'
import { until } from './until'

/** The least that the server takes: otherwise a flow that kills it waits long for what it did. */
const LEASE_SECONDS = '5'

export interface ServerOptions {
  /** Settings beside the usual ones. */
  readonly variables?: Record<string, string>
  /** A Docker Engine of its own, with a router that takes requests to what it runs. */
  readonly hasDocker?: boolean
  /** The router takes requests with TLS as well; with an engine only. */
  readonly hasTls?: boolean
}

/** Where a server lives when it is not simply on this machine. */
export interface Place {
  /** What it is begun with. */
  readonly inside: readonly string[]
  /** Where it listens. */
  readonly port: number
}

/** A server; not started yet. */
export class Server {
  readonly data: string
  private readonly logFile: string
  private child: ChildProcess | null = null
  /** A port of the system's choice, which the log tells; a restart keeps it. */
  private address = '127.0.0.1:0'
  private starts = 0
  private inside: readonly string[] = []

  constructor(
    folder: string,
    private readonly options: ServerOptions = {},
  ) {
    this.data = join(folder, 'data')
    this.logFile = join(folder, 'server.log')
    mkdirSync(folder, { recursive: true })
  }

  /** Has it live there; before it is started. */
  place({ inside, port }: Place) {
    this.inside = inside
    this.address = `127.0.0.1:${port}`
  }

  /** Where it listens. */
  get url(): string {
    return `http://${this.address}`
  }

  /** Starts it, at the address where it was if it was started before, and waits until it serves. */
  async start() {
    const log = openSync(this.logFile, 'a')
    const args = ['server', '--data-dir', this.data, '--listen', this.address]
    args.push('--engine-dir', engines(), '--provider-mirror', tools().mirror)
    const variables = { SLIPWAY_RUNS_LEASE_SECONDS: LEASE_SECONDS, ...this.options.variables }
    const [program = binary, ...rest] = [...this.inside, binary, ...args]
    const child = start(program, rest, log, { variables })
    closeSync(log)
    this.child = child
    this.starts += 1
    this.address = await until('the server is ready', () => this.readyAt(child))
  }

  private readyAt(child: ChildProcess): string | undefined {
    if (child.exitCode !== null) throw new Error(`the server ended (${child.exitCode}):\n${this.log()}`)
    return [...this.log().matchAll(/ ready url=http:\/\/(\S+)/g)][this.starts - 1]?.[1]
  }

  /** SIGTERM, and its end. Runs go on. */
  async stop() {
    await this.end('SIGTERM')
  }

  /** SIGKILL. */
  async kill() {
    await this.end('SIGKILL')
  }

  private async end(signal: 'SIGTERM' | 'SIGKILL') {
    const child = this.child
    if (!child) return
    this.child = null
    child.kill(signal)
    await ended(child)
  }

  /** What it said so far. */
  log(): string {
    try {
      return readFileSync(this.logFile, 'utf8')
    } catch {
      return ''
    }
  }

  /** What the embedded runner said so far. */
  runnerLog(): string {
    try {
      return readFileSync(join(this.data, 'runner.log'), 'utf8')
    } catch {
      return ''
    }
  }

  /** A token of the site's administrator. */
  async adminToken(): Promise<string> {
    return (await run(binary, ['admin', 'token', 'create', '--data-dir', this.data])).trim()
  }

  /** The link by which the first person makes an account. */
  async setUpLink(): Promise<string> {
    const printed = await run(binary, ['admin', 'set-up-link', '--data-dir', this.data, '--listen', this.address])
    const link = /http:\S+\/set-up\/\S+/.exec(printed)?.[0]
    if (!link) throw new Error(`no link was printed:\n${printed}`)
    return link
  }
}
