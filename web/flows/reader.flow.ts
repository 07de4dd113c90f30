// What somebody who may only read sees: everything, and beside each thing he may not do, why. The API says the same.
import { expect } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { shop } from './harness/configurations'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'

const HOME = `/app/${ORGANIZATION}`

flow('reader', async (stage) => {
  await stage.administrator()
  const api = await stage.apiWithOrganization()
  const workspace = await api.post(`/organizations/${ORGANIZATION}/workspaces`, 'workspaces', { name: 'shop' })
  const run = await api.start(workspace.id, shop(stage.folder), { message: 'Somebody has to say yes' })
  const rita = await stage.member(api, 'rita', 'read')
  const { page } = rita

  await page.goto(`${HOME}/workspaces/shop/runs/${run.id}`)
  const decision = page.getByRole('region', { name: 'Decision' })
  await decision.waitFor({ timeout: 60_000 })
  await refused(page, decision.getByRole('button', { name: 'Confirm and apply' }), 'workspace.run.apply')
  await refused(page, decision.getByRole('button', { name: 'Discard' }), 'workspace.run.apply')
  await stage.look(page, '1-run')

  await page.goto(`${HOME}/workspaces/shop`)
  await refused(page, page.getByRole('button', { name: 'New run' }), 'workspace.run.plan')
  await stage.look(page, '2-workspace')
  await page.goto(`${HOME}/workspaces`)
  await page.getByRole('link', { name: 'shop' }).first().waitFor()
  await refused(page, page.getByRole('button', { name: 'New workspace' }).first(), 'workspace.create')

  // What the page does not offer is refused without the page, too.
  rita.allow(/answer: POST .*\/api\/v2\/.* 403/)
  const answers = await page.evaluate(
    async ([id, where]) => {
      const session = await (await fetch('/api/v2/account/session')).json()
      const headers = { 'content-type': 'application/vnd.api+json', 'x-csrf-token': session.data.attributes['csrf-token'] }
      const body = JSON.stringify({ data: { type: 'workspaces', attributes: { name: 'mine' } } })
      const post = async (path: string, text: string) => (await fetch(`/api/v2${path}`, { method: 'POST', headers, body: text })).status
      return [await post(`/runs/${id}/actions/apply`, '{}'), await post(`/organizations/${where}/workspaces`, body)]
    },
    [run.id, ORGANIZATION] as const,
  )
  expect(answers).toEqual([403, 403])
})

/** The button is there, does nothing, and says what it would need. */
async function refused(page: Page, button: Locator, permission: string) {
  await button.waitFor()
  expect(await button.getAttribute('aria-disabled')).toBe('true')
  await button.focus()
  const described = await button.getAttribute('aria-describedby')
  const reason = described?.split(' ')[0]
  if (reason) expect(await page.locator(`[id="${reason}"]`).textContent()).toContain(permission)
  else await page.getByRole('tooltip').filter({ hasText: permission }).waitFor()
}
