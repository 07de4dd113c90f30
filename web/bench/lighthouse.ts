// What Lighthouse says about five pages, signed in, with something to see on them.
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import lighthouse, { type Config, type Flags } from 'lighthouse'
import { chromium as engine, type BrowserContext } from 'playwright-core'
import { configuration } from '../flows/harness/api'
import { chromium } from '../flows/harness/project'
import { FLAGS, launch, ORGANIZATION, Stage } from '../flows/harness/stage'
import { PASSWORD } from '../flows/harness/visitor'

// A desktop computer in the next building, as Lighthouse's own desktop preset has it.
const DESKTOP: Flags = {
  output: 'json',
  logLevel: 'error',
  onlyCategories: ['performance', 'accessibility'],
  formFactor: 'desktop',
  screenEmulation: { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false },
  throttlingMethod: 'simulate',
  throttling: { rttMs: 40, throughputKbps: 10_240, cpuSlowdownMultiplier: 1, requestLatencyMs: 0, downloadThroughputKbps: 0, uploadThroughputKbps: 0 },
  // The stream of events is never silent, which Lighthouse would wait for.
  maxWaitForLoad: 12_000,
  // Otherwise it would sign us out.
  disableStorageReset: true,
}

const FILES = {
  'main.tf': 'resource "terraform_data" "thing" {\n  count = 20\n  input = count.index\n}\n\noutput "first" {\n  value = terraform_data.thing[0].output\n}\n',
}

/** Starts a server, fills it, measures, and writes the rows. */
export async function measure() {
  const browser = await launch()
  const stage = await Stage.open('lighthouse', browser, {})
  try {
    for (const [page, path] of await pages(stage)) process.stdout.write(`${JSON.stringify(await row(stage, page, path))}\n`)
  } finally {
    await stage.close()
    await browser.close()
  }
}

async function pages(stage: Stage): Promise<readonly (readonly [string, string])[]> {
  await stage.administrator()
  const api = await stage.apiWithOrganization()
  const folder = configuration(join(stage.folder, 'shop'), FILES)
  await api.slipway(folder, 'init', '--organization', ORGANIZATION, '--workspace', 'shop', '--create')
  await api.slipway(folder, 'apply', '--auto-approve')
  const runs = await api.list(`/organizations/${ORGANIZATION}/runs`)
  const at = `/app/${ORGANIZATION}`
  return [
    ['sign-in', '/sign-in'],
    ['start', at],
    ['workspaces', `${at}/workspaces`],
    ['run', `${at}/workspaces/shop/runs/${runs[0]?.id}`],
    ['activity', `${at}/activity`],
  ]
}

async function row(stage: Stage, page: string, path: string) {
  const port = await freePort()
  const profile = join(stage.folder, `profile-${page}`)
  const args = [...FLAGS, `--remote-debugging-port=${port}`]
  const context = await engine.launchPersistentContext(profile, { executablePath: chromium, headless: true, args })
  try {
    if (page !== 'sign-in') await signIn(context, stage.server.url)
    const result = await lighthouse(`${stage.server.url}${path}`, { ...DESKTOP, port }, DESKTOP_CONFIG)
    if (!result) throw new Error(`Lighthouse said nothing about ${path}`)
    const { audits, categories } = result.lhr
    const score = (name: string) => Math.round((categories[name]?.score ?? 0) * 100)
    const number = (name: string) => Math.round(audits[name]?.numericValue ?? 0)
    const failed = Object.values(audits).filter((audit) => audit.score === 0 && audit.scoreDisplayMode === 'binary')
    return {
      name: `console, Lighthouse, ${page}`,
      performance: score('performance'),
      accessibility: score('accessibility'),
      'first-contentful-paint-ms': number('first-contentful-paint'),
      'largest-contentful-paint-ms': number('largest-contentful-paint'),
      'total-blocking-ms': number('total-blocking-time'),
      'layout-shift': Number((audits['cumulative-layout-shift']?.numericValue ?? 0).toFixed(3)),
      'transferred-bytes': number('total-byte-weight'),
      failed: failed.map((audit) => audit.id),
    }
  } finally {
    await context.close()
  }
}

const DESKTOP_CONFIG: Config = { extends: 'lighthouse:default' }

async function signIn(context: BrowserContext, url: string) {
  const page = context.pages()[0] ?? (await context.newPage())
  await page.goto(`${url}/sign-in`)
  await page.getByLabel('User name or mail address').fill('dana')
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL(/\/app/)
  // What signing in loaded is loaded again: the first visit is what counts.
  const session = await context.newCDPSession(page)
  await session.send('Network.clearBrowserCache')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
