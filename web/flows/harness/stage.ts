// What a flow works with: a server of its own, browsers, and what has to be true at the end of each of them.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium as engine, type Browser, type Page } from 'playwright-core'
import { Api, type Resource } from './api'
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

/** What a flow works with. */
export class Stage {
  private readonly visitors: Visitor[] = []
  private readonly faults: Fault[] = []

  private constructor(
    readonly name: string,
    /** For whatever the flow needs; gone afterwards. */
    readonly folder: string,
    readonly server: Server,
    private readonly browser: Browser,
  ) {}

  static async open(name: string, browser: Browser, options: ServerOptions): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), `slipway-flow-${name}-`))
    const stage = new Stage(name, folder, new Server(folder, options), browser)
    try {
      await stage.server.start()
      await requireConsole(stage.server.url)
    } catch (error) {
      await stage.close()
      throw error
    }
    return stage
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
    process.stderr.write(`--- server\n${this.server.log()}--- runner\n${this.server.runnerLog()}`)
  }

  async close() {
    for (const visitor of this.visitors) await visitor.context.close().catch(() => {})
    await this.server.stop()
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
