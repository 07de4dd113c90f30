// A browser with somebody in front of it: a context of its own, and everything in it that should not have happened.
import type { Browser, BrowserContext, Page } from 'playwright-core'

/** The password of everybody in these flows. */
export const PASSWORD = 'correct horse battery staple'

const DESK = { width: 1280, height: 800 }

/** What a browser says by itself when a request fails; the request is written down already. */
const SAID_TWICE = /^Failed to load resource/
/** What was under way when somebody went to another page, or was given up for something newer. */
const GIVEN_UP = 'net::ERR_ABORTED'

/** Says violations of the content security policy in words; runs in every page before its own scripts. */
function sayViolations() {
  document.addEventListener('securitypolicyviolation', (event) => {
    // oxlint-disable-next-line no-console -- the harness reads the console
    console.error(`content security policy: ${event.violatedDirective} refused ${event.blockedURI} ${event.sample}`)
  })
}

export class Visitor {
  /** Where the page's links lead to; a flow with a cable of its own has another address than the server. */
  readonly problems: string[] = []
  private allowed: RegExp[] = []

  private constructor(
    readonly name: string,
    readonly url: string,
    readonly context: BrowserContext,
    /** The first tab. */
    readonly page: Page,
  ) {}

  static async open(browser: Browser, name: string, url: string): Promise<Visitor> {
    const context = await browser.newContext({ baseURL: url, viewport: DESK, reducedMotion: 'reduce', acceptDownloads: true })
    context.setDefaultTimeout(20_000)
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await context.addInitScript(sayViolations)
    const visitor = new Visitor(name, url, context, await context.newPage())
    visitor.watch(visitor.page)
    return visitor
  }

  /** Another tab of the same browser. */
  async tab(): Promise<Page> {
    const page = await this.context.newPage()
    this.watch(page)
    return page
  }

  private watch(page: Page) {
    page.on('console', (message) => {
      if (message.type() === 'error' && !SAID_TWICE.test(message.text())) this.note(`console: ${message.text()}`)
    })
    page.on('pageerror', (error) => this.note(`script: ${error.stack ?? error.message}`))
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? ''
      if (reason !== GIVEN_UP) this.note(`request: ${request.method()} ${request.url()} ${reason}`)
    })
    page.on('response', (response) => {
      if (response.status() >= 400) this.note(`answer: ${response.request().method()} ${response.url()} ${response.status()}`)
    })
  }

  private note(problem: string) {
    if (!this.allowed.some((pattern) => pattern.test(problem))) this.problems.push(problem)
  }

  /** From now on, this is part of the flow. */
  allow(...patterns: readonly RegExp[]) {
    this.allowed.push(...patterns)
  }

  /** What was allowed is a problem again. */
  allowNothing() {
    this.allowed = []
  }

  /** Throws when anything happened that should not. */
  check() {
    if (this.problems.length === 0) return
    throw new Error(`in the browser of ${this.name}:\n${[...new Set(this.problems)].join('\n')}`)
  }

  /** Uses a link of the server: the same path, wherever this browser reaches it. */
  async follow(link: string) {
    const { pathname, search } = new URL(link)
    await this.page.goto(pathname + search)
  }

  /** Makes an account by the link of a set-up or an invitation; signed in afterwards. */
  async join(link: string) {
    await this.follow(link)
    await this.page.getByLabel('User name').fill(this.name)
    await this.page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await this.page.getByLabel('Password once more').fill(PASSWORD)
    await this.page.getByRole('button', { name: /^Make (the|an) account/ }).click()
    await this.page.waitForURL(/\/app/)
  }

  /** Signs in on the page that is shown. */
  async signIn() {
    await this.page.getByLabel('User name or mail address').fill(this.name)
    await this.page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }
}
