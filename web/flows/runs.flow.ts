// Runs that do not go well: one whose configuration is wrong, one that is stopped while it applies.
import { join } from 'node:path'
import { expect } from 'vitest'
import { type Api, configuration } from './harness/api'
import { broken, slow } from './harness/configurations'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'

const workspace = (api: Api, folder: string, name: string) =>
  api.slipway(folder, 'init', '--organization', ORGANIZATION, '--workspace', name, '--create')

flow('failed-run', async (stage) => {
  const { page } = await stage.administrator()
  const api = await stage.apiWithOrganization()
  const folder = broken(stage.folder)
  await workspace(api, folder, 'broken')
  await expect(api.slipway(folder, 'plan', '--message', 'A slip of the pen')).rejects.toThrow('undeclared')

  await page.goto(`/app/${ORGANIZATION}/runs`)
  await page.getByText('Failed', { exact: true }).first().waitFor()
  await stage.look(page, '1-runs')
  await page.getByRole('link', { name: 'A slip of the pen' }).first().click()
  await page.getByText('Planning failed.').waitFor()
  await page.getByText('Reference to undeclared resource').first().waitFor()
  await page.getByText('main.tf:6').waitFor()
  // The line at fault stands in its frame.
  await page.locator('article', { hasText: 'value = terraform_data.second.output' }).waitFor()
  await stage.look(page, '2-diagnostics')
  await page.getByRole('button', { name: 'Run again' }).first().click()
  await page.getByRole('dialog').waitFor()
  await stage.look(page, '3-run-again')
})

flow('run-again', async (stage) => {
  const { page } = await stage.administrator()
  const api = await stage.apiWithOrganization()
  const folder = configuration(join(stage.folder, 'shop'), { 'main.tf': 'variable "size" {\n  default = 1\n}\n\nresource "terraform_data" "one" {}\n' })
  await workspace(api, folder, 'shop')
  await api.slipway(folder, 'plan', '--no-wait', '--message', 'First', '--var', 'size=3')
  await api.slipway(folder, 'apply', '--no-wait', '--message', 'Second')
  const runs = `/organizations/${ORGANIZATION}/runs`
  const first = (await api.list(runs)).find(({ attributes }) => attributes['message'] === 'First')
  if (!first) throw new Error('the first run is not listed')

  // A run is repeated with its own files and values; the newest files are offered.
  await page.goto(`/app/${ORGANIZATION}/workspaces/shop/runs/${first.id}`)
  await page.getByRole('button', { name: 'Run again' }).click()
  await page.getByLabel('The newest of the workspace').waitFor()
  expect(await page.getByLabel('That of this run').isChecked()).toBe(true)
  await stage.look(page, '1-run-again')
  await page.getByRole('button', { name: 'Start run' }).click()
  await page.waitForURL((url) => !url.pathname.endsWith(first.id))
  const [again] = await api.list(runs)
  expect(again?.relationships?.['configuration-version']).toEqual(first.relationships?.['configuration-version'])
  expect(again?.attributes['variables']).toEqual(first.attributes['variables'])
  expect(again?.attributes['plan-only']).toBe(true)
})

flow('cancel', async (stage) => {
  const { page } = await stage.administrator()
  const api = await stage.apiWithOrganization()
  const folder = slow(stage.folder, 120_000)
  await workspace(api, folder, 'slow')
  const applying = api.slipway(folder, 'apply', '--auto-approve').catch((error: unknown) => error)
  await page.goto(`/app/${ORGANIZATION}/workspaces/slow/runs`)
  await page.locator('a[href*="/runs/run-"]').first().click()
  await page.getByText('Applying', { exact: true }).first().waitFor({ timeout: 60_000 })
  // The engine has begun: this is the moment that matters.
  await page.getByText(/test_instance/).first().waitFor()
  await stage.look(page, '1-applying')
  await page.getByRole('button', { name: 'Cancel run' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('The engine ends what it has begun').waitFor()
  await stage.look(page, '2-stop-applying')
  await dialog.getByLabel('Comment').fill('Wrong region')
  await dialog.getByRole('button', { name: 'Cancel run' }).click()
  await page.getByText('Canceled', { exact: true }).first().waitFor({ timeout: 60_000 })
  await page.getByText('Wrong region').first().waitFor()
  await stage.look(page, '3-canceled')
  expect(String(await applying)).toMatch(/cancel/i)
})
