// What a flow works with: a server of its own, browsers, and what has to be true at the end of each of them.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { type IncomingMessage, request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { chromium as engine, type Browser, type Page } from 'playwright-core'
import { Api, type Resource } from './api'
import { Docker } from './docker'
import { type Fault, isSampled, look, told } from './look'
import { endAllOf } from './programs'
import { chromium, requireBinary, screenshots } from './project'
import { Server, type ServerOptions } from './server'
import { Visitor } from './visitor'

/** For a machine without a screen, and without the calls home that the browser makes otherwise. */
export const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
]

/** Starts a browser. */
export function launch(): Promise<Browser> {
  requireBinary()
  return engine.launch({ executablePath: chromium, headless: true, args: FLAGS })
}

/** The organization of the flows. */
export const ORGANIZATION = 'acme'

/** What the router answered. */
interface Answer {
  readonly status: number
  readonly text: string
  /** Where it sends on to. */
  readonly location: string | null
  /** Whose certificate it showed. */
  readonly certificate: string | null
}

/** What a flow works with. */
export class Stage {
  private readonly visitors: Visitor[] = []
  private readonly faults: Fault[] = []

  private engine: Docker | null = null
  private routerPort = 0
  private tlsPort = 0

  private constructor(
    readonly name: string,
    /** For whatever the flow needs; gone afterwards. */
    readonly folder: string,
    readonly server: Server,
    private readonly browser: Browser,
  ) {}

  static async open(name: string, browser: Browser, options: ServerOptions): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), `slipway-flow-${name}-`))
    // Filled before the server is started, and by flows that start it anew: the object that they have.
    const variables: Record<string, string> = options.variables ?? {}
    const stage = new Stage(name, folder, new Server(folder, { ...options, variables }), browser)
    try {
      if (options.hasDocker) Object.assign(variables, await stage.startDocker(options.hasTls ?? false))
      await stage.server.start()
      await requireConsole(stage.server.url)
    } catch (error) {
      await stage.close()
      throw error
    }
    return stage
  }

  /** Starts an engine and has the server live beside it; the settings that say so. */
  private async startDocker(hasTls: boolean): Promise<Readonly<Record<string, string>>> {
    const engine = new Docker(join(this.folder, 'docker'))
    this.engine = engine
    await engine.start()
    this.server.place({ inside: engine.inside, port: await engine.port() })
    this.routerPort = await engine.port()
    if (hasTls) this.tlsPort = await engine.port()
    return {
      SLIPWAY_APPS_DOCKER_SOCKET: engine.socket,
      SLIPWAY_APPS_ROUTER_LISTEN: `127.0.0.1:${this.routerPort}`,
      SLIPWAY_APPS_BUILDS_WITHOUT_NETWORK: 'true',
      SLIPWAY_APPS_START_SECONDS: '10',
      SLIPWAY_APPS_DRAIN_SECONDS: '1',
      ...(hasTls && { SLIPWAY_ROUTING_TLS_LISTEN: `127.0.0.1:${this.tlsPort}`, SLIPWAY_ROUTING_TLS_PORT: String(this.tlsPort) }),
    }
  }

  /** The engine of a flow that asked for one. */
  get docker(): Docker {
    if (!this.engine) throw new Error('the flow has no engine: say hasDocker')
    return this.engine
  }

  /** Asks an app through the router, at its own name: status and text. */
  ask(app: string, path = '/'): Promise<Answer> {
    return this.askAt(`${app}.${ORGANIZATION}.localhost`, { path })
  }

  /** Asks the router for a host. With TLS any certificate is taken, and told. */
  askAt(host: string, { path = '/', hasTls = false } = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const port = hasTls ? this.tlsPort : this.routerPort
      const options = { host: '127.0.0.1', port, path, headers: { host: `${host}:${port}` }, agent: false }
      const hear = (answer: IncomingMessage) => {
        const certificate = answer.socket instanceof TLSSocket ? String(answer.socket.getPeerCertificate().subject.CN) : null
        let text = ''
        answer.setEncoding('utf8').on('data', (part: string) => (text += part))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: text.trim(), location: answer.headers.location ?? null, certificate }))
      }
      const asked = hasTls ? secureRequest({ ...options, servername: host, rejectUnauthorized: false }, hear) : request(options, hear)
      asked.on('error', reject)
      asked.end()
    })
  }

  /** The API as the site's administrator. */
  async api(): Promise<Api> {
    const home = join(this.folder, 'home')
    mkdirSync(home, { recursive: true })
    return new Api(this.server.url, await this.server.adminToken(), home)
  }

  /** The API with an organization to work in. */
  async apiWithOrganization(): Promise<Api> {
    const api = await this.api()
    await api.post('/organizations', 'organizations', { name: ORGANIZATION, email: 'ops@example.com' })
    return api
  }

  /** A browser with nobody signed in. */
  async visitor(name: string, url = this.server.url): Promise<Visitor> {
    const visitor = await Visitor.open(this.browser, name, url)
    this.visitors.push(visitor)
    return visitor
  }

  /** A browser with the site's first administrator signed in. */
  async administrator(url = this.server.url): Promise<Visitor> {
    const visitor = await this.visitor('dana', url)
    await visitor.join(await this.server.setUpLink())
    return visitor
  }

  /** A browser with somebody signed in who has `role` in the organization. */
  async member(api: Api, name: string, role: string, url = this.server.url): Promise<Visitor> {
    const invited = await api.post(`/organizations/${ORGANIZATION}/organization-memberships`, 'organization-memberships', {
      email: `${name}@example.com`,
      role,
    })
    const visitor = await this.visitor(name, url)
    await visitor.join(invitationUrl(invited))
    return visitor
  }

  /** In all browsers from now on, this is part of the flow. */
  allow(...patterns: readonly RegExp[]) {
    for (const visitor of this.visitors) visitor.allow(...patterns)
  }

  /** Looks at a page: pictures, axe, width. What is wrong fails the flow at its end, so that all of it is seen. */
  async look(page: Page, step: string) {
    this.faults.push(...(await look(page, this.name, step)))
  }

  /** Looks at a page if the sample has it: for what is seen on other pages as well. */
  async glance(page: Page, step: string) {
    if (isSampled(`${this.name}/${step}`)) await this.look(page, step)
  }

  /** Something wrong that fails the flow at its end. */
  note(what: string, where: string) {
    this.faults.push({ what, where })
  }

  /** Throws when anything happened that should not. */
  check() {
    if (this.faults.length > 0) throw new Error(`seen on the pages:\n${told(this.faults).join('\n')}`)
    for (const visitor of this.visitors) visitor.check()
  }

  /** For who looks at a flow that failed. */
  async report() {
    mkdirSync(join(screenshots, this.name), { recursive: true })
    for (const visitor of this.visitors) {
      for (const [index, page] of visitor.context.pages().entries()) {
        const path = join(screenshots, this.name, `failed-${visitor.name}-${index}.png`)
        await page.screenshot({ path }).catch(() => {})
        process.stderr.write(`${visitor.name} is at ${page.url()}: ${path}\n`)
      }
      for (const problem of new Set(visitor.problems)) process.stderr.write(`  ${problem}\n`)
    }
    for (const fault of told(this.faults)) process.stderr.write(`  ${fault}\n`)
    process.stderr.write(`--- server\n${this.server.log()}--- runner\n${this.server.runnerLog()}${this.engine ? `--- engine\n${this.engine.log()}` : ''}`)
  }

  async close() {
    for (const visitor of this.visitors) await visitor.context.close().catch(() => {})
    await this.server.stop()
    await this.engine?.stop()
    endAllOf(this.folder)
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The start page sends a stranger to sign in; without a console it is a page that says so. */
async function requireConsole(url: string) {
  const { status } = await fetch(`${url}/app`, { redirect: 'manual' })
  if (status === 200) throw new Error('the binary has no console: run `npm run build` in web, and `cargo build` if it is a release')
}

function invitationUrl(membership: Resource): string {
  const { url } = (membership.attributes['invitation'] ?? {}) as { url?: string }
  if (!url) throw new Error(`no link in ${JSON.stringify(membership.attributes)}`)
  return url
}
