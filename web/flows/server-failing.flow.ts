// A server that cannot: what a page, a part of it, a form, a dialog and a toast say then, and that trying again works.
import { expect } from 'vitest'
import type { Page } from 'playwright-core'
import { shop } from './harness/configurations'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'

/** What a proxy says while nothing is behind it, and what the server itself says. */
const PROXY = { status: 502, contentType: 'text/html', body: '<h1>502 Bad Gateway</h1>' } as const
const OWN = {
  status: 503,
  contentType: 'application/vnd.api+json',
  body: JSON.stringify({
    errors: [
      {
        status: '503',
        code: 'unavailable',
        title: 'Not available',
        detail: 'The database does not answer. Try again in a minute.',
        meta: { 'request-id': 'req-0123456789abcdef' },
      },
    ],
  }),
} as const

/** Answers requests of `method` to what `path` matches so, until the returned function is called. */
async function failing(page: Page, method: string, path: RegExp, answer: typeof PROXY | typeof OWN) {
  await page.route(path, (route) => (route.request().method() === method ? route.fulfill(answer) : route.fallback()))
  return () => page.unroute(path)
}

flow('server-failing', async (stage) => {
  const dana = await stage.administrator()
  const api = await stage.apiWithOrganization()
  const workspace = await api.post(`/organizations/${ORGANIZATION}/workspaces`, 'workspaces', { name: 'shop' })
  const { page } = dana
  dana.allow(/answer: \S+ \S+ 50[23]/, /request: .* net::ERR_(CONNECTION|EMPTY|INCOMPLETE)/, /console: .*net::ERR_/)

  // A page that cannot be read.
  await page.goto(`/app/${ORGANIZATION}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  let mend = await failing(page, 'GET', /\/api\/v2\/organizations\/acme\/projects/, OWN)
  await page.getByRole('link', { name: 'Projects' }).first().click()
  await page.getByText('The database does not answer. Try again in a minute.').first().waitFor()
  await page.getByText('req-0123456789abcdef').first().waitFor()
  await stage.look(page, '1-page')
  await mend()
  await page.getByRole('button', { name: 'Try again' }).first().click()
  await page.getByRole('link', { name: 'default' }).first().waitFor()

  // A form: what was typed stays, and pressing again does it.
  await page.goto(`/app/${ORGANIZATION}/workspaces/shop/variables`)
  mend = await failing(page, 'POST', /\/vars$/, PROXY)
  await page.getByRole('button', { name: 'Add variable' }).first().click()
  await page.getByLabel('Name', { exact: true }).fill('greeting')
  await page.getByLabel('Value', { exact: true }).fill('Good morning')
  const add = page.getByRole('button', { name: 'Add variable' }).last()
  await add.click()
  await page.getByText(/The server answered 502/).first().waitFor()
  expect(await page.getByLabel('Value', { exact: true }).inputValue()).toBe('Good morning')
  await stage.glance(page, '2-form')
  await mend()
  // Not even the session's token can be had.
  await stage.server.stop()
  await add.click()
  await page.getByText('The server does not answer').first().waitFor()
  await stage.look(page, '3-form-without-a-server')
  await stage.server.start()
  await add.click()
  await page.getByRole('list', { name: 'Variables of this workspace' }).getByText('greeting').waitFor()

  // A decision: the comment stays.
  const run = await api.start(workspace.id, shop(stage.folder), { message: 'Wait for it' })
  await page.goto(`/app/${ORGANIZATION}/workspaces/shop/runs/${run.id}`)
  const decision = page.getByRole('region', { name: 'Decision' })
  await decision.waitFor({ timeout: 60_000 })
  mend = await failing(page, 'POST', /\/actions\/apply$/, OWN)
  await decision.getByLabel('Comment').fill('Looks right')
  await decision.getByRole('button', { name: 'Confirm and apply' }).click()
  await decision.getByText('The database does not answer').waitFor()
  expect(await decision.getByLabel('Comment').inputValue()).toBe('Looks right')
  await stage.glance(page, '4-decision')
  await mend()
  await decision.getByRole('button', { name: 'Confirm and apply' }).click()
  await page.getByText('Applied', { exact: true }).first().waitFor({ timeout: 60_000 })
  await page.getByText('Looks right').first().waitFor()

  // A dialog that asks, and something done from a menu.
  await page.goto(`/app/${ORGANIZATION}/workspaces/shop`)
  mend = await failing(page, 'POST', /\/actions\/lock$/, OWN)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: /^Lock/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill('Audit')
  await dialog.getByRole('button', { name: 'Lock', exact: true }).click()
  await dialog.getByText('The database does not answer').waitFor()
  expect(await dialog.getByLabel('Reason').inputValue()).toBe('Audit')
  await stage.glance(page, '5-dialog')
  await mend()
  await dialog.getByRole('button', { name: 'Lock', exact: true }).click()
  await page.getByText('Audit').first().waitFor()

  // News that has no place on the page: the log that could not be downloaded.
  await page.goto(`/app/${ORGANIZATION}/workspaces/shop/runs/${run.id}`)
  mend = await failing(page, 'GET', /\/log(\?.*)?$/, OWN)
  await page.getByRole('button', { name: 'Download the log' }).click()
  const news = page.getByRole('region', { name: 'News' })
  await news.getByText('The log was not downloaded. The database does not answer').waitFor()
  await stage.look(page, '6-news')
  await mend()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download the log' }).click()
  expect((await download).suggestedFilename()).toContain('.')
})
