// What the run page takes, seen in a real browser at the real server. Prints JSON rows {name, value, unit, aim}.
//   node bench/run-page.mjs            needs target/release/slipway (or SLIPWAY_BINARY), web/dist and target/tools.json
// Two things are generated, because making them takes minutes: a plan of 100,000 changes and a log of 1,000,000 lines.
// Everything else is the server's.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromium as browsers } from 'playwright-core'
import { chromium, openSite, root, until } from './site.mjs'
import { standIn } from './stand-in.mjs'

const CHANGES = 100_000
const LINES = 1_000_000
const dist = join(root, 'web/dist')
const CONFIGURATION = { 'main.tf': 'resource "terraform_data" "a" {\n  count = 20\n  input = count.index\n}\n' }

/** The middle, or another share, of some numbers. */
function share(values, part) {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN
}

/** A workspace with a planned run. */
async function plannedRun(site, name) {
  site.slipway(name, CONFIGURATION, '--organization', 'bench', '-w', name, 'init', '--create', '-y')
  const printed = site.slipway(name, {}, 'apply', '--no-wait', '-m', `Run of ${name}`)
  const run = /run-[a-z0-9]+/.exec(printed)[0]
  await until('the run is planned', async () => (await site.api('GET', `/runs/${run}`)).data.attributes.status === 'planned')
  return run
}

/** Runs in the page: does something and says how long it takes until `isDone`, painted. */
function timed([action, argument, done, doneArgument]) {
  const act = new Function('argument', action)
  const isDone = new Function('argument', `return ${done}`)
  return new Promise((resolve, reject) => {
    const started = performance.now()
    act(argument)
    const look = () => {
      if (isDone(doneArgument)) requestAnimationFrame(() => resolve(performance.now() - started))
      else if (performance.now() - started > 30_000) reject(new Error(`30 s without: ${done}`))
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })
}

const PAINTED = 'document.querySelectorAll("[data-rows] [data-index]").length > 10'
const AT_END = `document.querySelector('[role=log] a[href="#L' + argument + '"]') !== null && document.querySelector('[role=log]').scrollTop > 0`
// What a person does: the browser tells the input's own setter.
const TYPE = `const input = document.querySelector(argument[0]); const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  set.call(input, argument[1]); input.dispatchEvent(new Event('input', { bubbles: true }))`

async function plan(page, base, run) {
  const firsts = []
  for (let round = 0; round < 5; round++) {
    // Another document each time: no plan is in memory.
    await page.goto(`${base}/app/bench/runs`)
    await page.waitForSelector(`a[href*="${run}"]`)
    await page.waitForTimeout(500)
    firsts.push(await page.evaluate(timed, ['document.querySelector(argument).click()', `a[href*="${run}"]`, PAINTED, null]))
  }
  const filters = []
  for (const text of ['component_7', 'component_77', 'eu-12 rule', 'zone-2', 'route53', '']) {
    const before = await page.getAttribute('[data-rows]', 'data-rows')
    filters.push(await page.evaluate(timed, [TYPE, ['input[type=search]', text], `(document.querySelector('[data-rows]')?.dataset.rows ?? '') !== argument`, before]))
    await page.waitForTimeout(200)
  }
  return { firsts, filters, frames: await scrolled(page) }
}

/** Milliseconds between frames while the page is scrolled, slowly, fast and by jumps. */
function scrolled(page) {
  return page.evaluate(async () => {
    const frames = []
    const speeds = [...Array(90).fill(120), ...Array(90).fill(2_000), ...Array(30).fill(60_000)]
    let last = await new Promise(requestAnimationFrame)
    for (const speed of speeds) {
      window.scrollBy(0, speed)
      const now = await new Promise(requestAnimationFrame)
      frames.push(now - last)
      last = now
    }
    return frames.slice(1)
  })
}

async function log(page, base, run) {
  const opens = []
  for (let round = 0; round < 5; round++) {
    await page.goto(`${base}/app/bench/runs`)
    await page.waitForSelector(`a[href*="${run}"]`)
    await page.waitForTimeout(500)
    opens.push(await page.evaluate(timed, ['document.querySelector(argument).click()', `a[href*="${run}"]`, AT_END, LINES]))
  }
  await page.getByRole('button', { name: 'Search the log' }).click()
  const searches = []
  for (const text of ['component_999999', 'deprecated']) {
    searches.push(await page.evaluate(timed, [TYPE, ['[role=search] input[type=search]', text], `/of/.test([...document.querySelectorAll('[role=search] [role=status]')].map((one) => one.textContent).join(''))`, null]))
    await page.evaluate(timed, [TYPE, ['[role=search] input[type=search]', ''], `document.querySelector('[role=search] [role=status]').textContent === ''`, null])
  }
  return { opens, searches }
}

/** From a comment that somebody sends to its text in the page of somebody else. */
async function events(page, base, site, run) {
  await page.goto(`${base}/app/bench/workspaces/live/runs/${run}`)
  await page.waitForSelector('text=Comment on this run', { state: 'attached' }).catch(() => undefined)
  await page.waitForTimeout(1_500)
  const took = []
  for (let round = 0; round < 10; round++) {
    const text = `Comment number ${round} of the bench`
    const seen = page.evaluate((wanted) => new Promise((resolve) => {
      const look = () => (document.body.textContent.includes(wanted) ? resolve(performance.timeOrigin + performance.now()) : requestAnimationFrame(look))
      look()
    }), text)
    await site.api('POST', `/runs/${run}/comments`, { data: { type: 'comments', attributes: { body: text } } })
    const answered = performance.timeOrigin + performance.now()
    took.push(Math.max(0, (await seen) - answered))
  }
  return took
}

/** Between the list of runs and a run, by links, everything read once before. */
async function changes(page, base, run) {
  await page.goto(`${base}/app/bench/runs`)
  await page.waitForSelector(`a[href*="${run}"]`)
  const took = []
  for (let round = 0; round < 25; round++) {
    took.push(await page.evaluate(timed, ['document.querySelector(argument).click()', `a[href*="${run}"]`, `document.querySelectorAll('[data-rows] [data-index]').length > 5`, null]))
    await page.waitForTimeout(100)
    took.push(await page.evaluate(timed, [`document.querySelector('nav a[href$="/app/bench/runs"]').click()`, null, `document.querySelector('table tbody a') !== null`, null]))
    await page.waitForTimeout(100)
  }
  // The first two read what the others have.
  return took.slice(2)
}

async function main() {
  if (!existsSync(join(dist, 'index.html'))) throw new Error('web/dist is missing: run `npm run build` in web/')
  const site = await openSite()
  const browser = await browsers.launch({ executablePath: chromium, args: ['--no-sandbox'] })
  try {
    await site.api('POST', '/organizations', { data: { type: 'organizations', attributes: { name: 'bench' } } })
    const large = await plannedRun(site, 'large')
    const live = await plannedRun(site, 'live')
    const suffix = large.slice('run-'.length)
    const front = await standIn({ server: site.url, changes: CHANGES, lines: LINES, isFor: (path) => path.includes(suffix), dist })
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 1000 } })).newPage()
    await site.signIn(page, front.url)
    const ofPlan = await plan(page, front.url, large)
    const ofLog = await log(page, front.url, large)
    const ofEvents = await events(page, front.url, site, live)
    const ofChanges = await changes(page, front.url, live)
    await front.close()
    const row = (name, value, unit, aim) => ({ name, value: Math.round(value * 10) / 10, unit, aim })
    const rows = [
      row('console: 100,000 changes, first paint, median', share(ofPlan.firsts, 0.5), 'ms', 300),
      row('console: 100,000 changes, filter, worst', Math.max(...ofPlan.filters), 'ms', 100),
      row('console: 100,000 changes, longest frame while scrolling', Math.max(...ofPlan.frames), 'ms', 50),
      row('console: 1,000,000 lines, open at the end, median', share(ofLog.opens, 0.5), 'ms', 300),
      row('console: 1,000,000 lines, search, worst', Math.max(...ofLog.searches), 'ms', 1_000),
      row('console: event to visible change, p95', share(ofEvents, 0.95), 'ms', 250),
      row('console: page change, warm, p95', share(ofChanges, 0.95), 'ms', 150),
    ]
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
  } finally {
    await browser.close()
    await site.close()
  }
}

await main()
