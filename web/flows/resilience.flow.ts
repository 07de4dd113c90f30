// What happens to an open page when the server goes away, the machine sleeps, the session changes, the network is gone.
import { expect } from 'vitest'
import type { Page } from 'playwright-core'
import type { Api } from './harness/api'
import { shop, talkative } from './harness/configurations'
import { flow } from './harness/flow'
import { ORGANIZATION, type Stage } from './harness/stage'
import { until } from './harness/until'
import type { Visitor } from './harness/visitor'
import { Wire } from './harness/wire'

/** What a browser sees of a server that is away. */
const AWAY = [/console: .*(preload CSS|imported module)/, /request: .* net::ERR_(CONNECTION|EMPTY|INCOMPLETE|NETWORK|SOCKET|INTERNET)/, /console: .*net::ERR_/]

flow('server-restarted', async (stage) => {
  const dana = await stage.administrator()
  const api = await stage.apiWithOrganization()
  const run = await waitingRun(stage, api, dana)
  const { page } = dana
  dana.allow(...AWAY)
  await stage.server.stop()
  // It says so, once that takes longer than a restart.
  await page.getByText('Not live, reconnecting').waitFor()
  await stage.look(page, '1-not-live')
  await stage.server.start()
  await page.getByText('Not live, reconnecting').waitFor({ state: 'detached' })
  await stage.server.kill()
  await stage.server.start()
  await api.request('POST', `/runs/${run}/actions/apply`, {})
  await seenWithoutReload(page)
})

flow('sleep', async (stage) => {
  const wire = new Wire()
  const url = await wire.start()
  wire.connect(stage.server.url)
  try {
    const dana = await stage.administrator(url)
    const { page } = dana
    const api = await stage.apiWithOrganization()
    await page.clock.install()
    const run = await waitingRun(stage, api, dana, talkative(stage.folder, 40))
    dana.allow(...AWAY)
    await api.request('POST', `/runs/${run}/actions/apply`, {})
    const log = page.getByRole('log', { name: 'Apply log' })
    await log.getByText('line 3').first().waitFor({ timeout: 60_000 })
    // The machine sleeps, and the apply goes on and ends.
    wire.silence()
    await until('it is applied', async () => (await api.get(`/runs/${run}`)).attributes['status'] === 'applied')
    await page.clock.fastForward('02:00:00')
    wire.wake()
    // Nobody is told that a connection is dead: that is only seen by its silence.
    for (let step = 0; step < 10; step += 1) await page.clock.runFor(10_000)
    await seenWithoutReload(page)
    await log.getByText('line 40').first().waitFor()
  } finally {
    wire.stop()
  }
})

flow('cut', async (stage) => {
  const wire = new Wire()
  const url = await wire.start()
  wire.connect(stage.server.url)
  try {
    await cut(stage, wire, await stage.administrator(url))
  } finally {
    wire.stop()
  }
})

async function cut(stage: Stage, wire: Wire, dana: Visitor) {
  const { page, context } = dana
  // The browser knows that it is offline, and what was under way breaks.
  const setOffline = async (isOffline: boolean) => {
    if (isOffline) wire.cut()
    else wire.mend()
    await context.setOffline(isOffline)
  }
  const api = await stage.apiWithOrganization()
  const heard = page.waitForResponse(/events\/stream/)
  await page.goto(`/app/${ORGANIZATION}/workspaces`)
  await page.getByText('No workspaces yet').or(page.getByText(/workspace/i)).first().waitFor()
  await heard
  await page.evaluate(() => Object.assign(window, { sameDocument: true }))
  dana.allow(...AWAY)
  // Cut before anything was heard: there is no position to go on from.
  await setOffline(true)
  await page.getByText('Not live, reconnecting').waitFor()
  const workspace = await api.post(`/organizations/${ORGANIZATION}/workspaces`, 'workspaces', { name: 'shop' })
  await setOffline(false)
  await page.getByRole('link', { name: 'shop' }).first().waitFor()
  await page.getByText('Not live, reconnecting').waitFor({ state: 'detached' })

  // Cut in the middle of an apply, which ends meanwhile.
  const run = await api.start(workspace.id, talkative(stage.folder, 30), { message: 'Talks much', 'auto-apply': true })
  await page.getByRole('link', { name: 'shop' }).first().click()
  await page.getByRole('link', { name: 'Talks much' }).first().click()
  const log = page.getByRole('log', { name: 'Apply log' })
  await log.getByText('line 3').first().waitFor({ timeout: 60_000 })
  await setOffline(true)
  await page.getByText('Not live, reconnecting').waitFor()
  await until('it is applied', async () => (await api.get(`/runs/${run.id}`)).attributes['status'] === 'applied')
  // Something that only an event tells of.
  await api.post(`/runs/${run.id}/comments`, 'comments', { body: 'Said while nobody listened' })
  await setOffline(false)
  await seenWithoutReload(page)
  await log.getByText('line 30').first().waitFor()
  await page.getByText('Said while nobody listened').waitFor()
  // Every line once, in order.
  const numbers = await log.getByText(/line \d+/).allInnerTexts()
  const said = numbers.flatMap((text) => /\): line (\d+)/.exec(text)?.[1] ?? []).map(Number)
  expect(said).toEqual(Array.from({ length: said.length }, (_, index) => 31 - said.length + index))
  await page.getByText('1 added').first().waitFor()
}

flow('signed-in-again', async (stage) => {
  const dana = await stage.administrator()
  const { page } = dana
  await page.goto('/app/account/profile')
  await page.getByLabel('Mail address').fill('dana@example.com')

  const other = await dana.tab()
  await other.goto('/account')
  await other.getByRole('button', { name: 'Sign out' }).click()
  await other.waitForURL(/\/sign-in/)
  await other.getByLabel('User name or mail address').fill('dana')
  await other.getByLabel('Password', { exact: true }).fill('correct horse battery staple')
  await other.getByRole('button', { name: 'Sign in', exact: true }).click()
  await other.waitForURL(/\/app/)

  // The first tab has the token of a session that is over: it fetches another, and nobody notices.
  dana.allow(/answer: PATCH .*\/account\/update 403/)
  await page.getByRole('button', { name: 'Save' }).click()
  await other.goto('/account')
  await page.getByRole('button', { name: 'Save', disabled: true }).or(page.locator('button[aria-disabled=true]', { hasText: 'Save' })).waitFor()
  await other.reload()
  expect(await other.getByLabel('Mail address').inputValue()).toBe('dana@example.com')
})

flow('offline', async (stage) => {
  const dana = await stage.administrator()
  await stage.apiWithOrganization()
  const { page } = dana
  await page.goto('/app/account/profile')
  await page.getByLabel('Mail address').fill('dana@example.com')
  dana.allow(...AWAY)
  await dana.context.setOffline(true)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The server does not answer').first().waitFor()
  expect(await page.getByLabel('Mail address').inputValue()).toBe('dana@example.com')
  await stage.look(page, '1-not-saved')
  // A page that was never loaded says so as well, and offers to try again.
  await page.getByRole('link', { name: 'Sessions' }).first().click()
  await page.getByRole('button', { name: /again|retry/i }).first().waitFor()
  await stage.look(page, '2-page-not-loaded')
  await dana.context.setOffline(false)
  await page.getByRole('button', { name: /again|retry/i }).first().click()
  await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor()
  await page.getByText('Chrome').first().waitFor()
})

/** A run that waits for a yes, open in the browser. */
async function waitingRun(stage: Stage, api: Api, { page }: Visitor, folder = shop(stage.folder)): Promise<string> {
  const workspace = await api.post(`/organizations/${ORGANIZATION}/workspaces`, 'workspaces', { name: 'shop' })
  const run = await api.start(workspace.id, folder, { message: 'Wait for it' })
  await page.goto(`/app/${ORGANIZATION}/workspaces/shop/runs/${run.id}`)
  await page.getByRole('region', { name: 'Decision' }).waitFor({ timeout: 60_000 })
  await page.evaluate(() => Object.assign(window, { sameDocument: true }))
  return run.id
}

async function seenWithoutReload(page: Page) {
  await page.getByText('Applied', { exact: true }).first().waitFor({ timeout: 60_000 })
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)
}
