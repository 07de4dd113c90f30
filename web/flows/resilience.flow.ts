// What happens to an open page when the server goes away, the machine sleeps, the session changes, the network is gone.
import { expect } from 'vitest'
import type { Page } from 'playwright-core'
import type { Api } from './harness/api'
import { shop } from './harness/configurations'
import { flow } from './harness/flow'
import { ORGANIZATION, type Stage } from './harness/stage'
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
    const api = await stage.apiWithOrganization()
    await dana.page.clock.install()
    const run = await waitingRun(stage, api, dana)
    dana.allow(...AWAY)
    wire.silence()
    await api.request('POST', `/runs/${run}/actions/apply`, {})
    await dana.page.clock.fastForward('02:00:00')
    wire.mend()
    await seenWithoutReload(dana.page)
  } finally {
    wire.stop()
  }
})

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
async function waitingRun(stage: Stage, api: Api, { page }: Visitor): Promise<string> {
  const workspace = await api.post(`/organizations/${ORGANIZATION}/workspaces`, 'workspaces', { name: 'shop' })
  const run = await api.start(workspace.id, shop(stage.folder), { message: 'Wait for it' })
  await page.goto(`/app/${ORGANIZATION}/workspaces/shop/runs/${run.id}`)
  await page.getByRole('region', { name: 'Decision' }).waitFor({ timeout: 60_000 })
  await page.evaluate(() => Object.assign(window, { sameDocument: true }))
  return run.id
}

async function seenWithoutReload(page: Page) {
  await page.getByText('Applied', { exact: true }).first().waitFor({ timeout: 60_000 })
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)
}
