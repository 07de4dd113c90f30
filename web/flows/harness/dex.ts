// A real OpenID Connect provider: Dex, with one person who has a password there.
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import type { ChildProcess } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { ended, start } from './programs'
import { tools } from './project'
import { until } from './until'

/** The person's password is "password"; the hash is from Dex's own examples. */
const HASH = '$2a$10$2b2cU8CPhOTaGrs1HRQuAueS7JTT5ZHsHSzYiFPm1leZck7Mc8T4W'

export const DEX_CLIENT = { id: 'slipway', secret: 'dex-client-secret' } as const
export const DEX_PERSON = { email: 'ada@example.com', password: 'password' } as const

export class Dex {
  issuer = ''
  private child: ChildProcess | null = null
  private port = 0

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true })
  }

  /** Starts it, or starts it anew, with browsers sent back to `redirects`. */
  async start(redirects: readonly string[]) {
    const { dex } = tools()
    if (!dex) throw new Error('Dex is missing: run `cargo run -p xtask -- tools` once')
    await this.stop()
    this.port ||= await freePort()
    this.issuer = `http://127.0.0.1:${this.port}/dex`
    const file = join(this.folder, 'dex.yaml')
    const log = join(this.folder, `dex-${Date.now()}.log`)
    writeFileSync(file, this.configuration(join(dex, 'web'), redirects))
    this.child = start(join(dex, 'dex'), ['serve', file], openSync(log, 'a'))
    await until('Dex listens', () => /listening on.*server=http/.test(readFileSync(log, 'utf8')))
  }

  async stop() {
    this.child?.kill('SIGKILL')
    if (this.child) await ended(this.child)
    this.child = null
  }

  private configuration(web: string, redirects: readonly string[]): string {
    return JSON.stringify({
      issuer: this.issuer,
      storage: { type: 'memory' },
      web: { http: `127.0.0.1:${this.port}` },
      frontend: { dir: web },
      oauth2: { skipApprovalScreen: true },
      enablePasswordDB: true,
      staticPasswords: [{ email: DEX_PERSON.email, hash: HASH, username: 'ada', userID: 'ada-at-dex' }],
      staticClients: [{ id: DEX_CLIENT.id, secret: DEX_CLIENT.secret, name: 'Slipway', redirectURIs: redirects }],
    })
  }
}

/** A port that was free a moment ago: Dex has to know its own address before it listens. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
