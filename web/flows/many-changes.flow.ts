// A plan of five thousand changes: seen at once, filtered, grouped, confirmed, followed while it is applied.
import { expect } from 'vitest'
import { many } from './harness/configurations'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'

const MODULES = 50

flow('many-changes', async (stage) => {
  const { page } = await stage.administrator()
  const api = await stage.apiWithOrganization()
  const workspace = await api.post(`/organizations/${ORGANIZATION}/workspaces`, 'workspaces', { name: 'many' })
  const run = await api.start(workspace.id, many(stage.folder, MODULES), { message: 'Five thousand' })
  await page.goto(`/app/${ORGANIZATION}/workspaces/many/runs/${run.id}`)
  const decision = page.getByRole('region', { name: 'Decision' })
  await decision.waitFor({ timeout: 120_000 })
  const lens = page.getByRole('region', { name: 'Changes of the plan' })
  await lens.getByText('5,000').first().waitFor()
  await lens.getByText('module.region["region-0"]', { exact: true }).waitFor()
  // Only what is seen is in the page.
  expect(await lens.locator('button[aria-expanded]').count()).toBeLessThan(200)
  await stage.look(page, '1-five-thousand')

  await lens.getByLabel('Filter changes').fill('region-49')
  await lens.getByRole('button', { name: '100 create' }).waitFor()
  await page.waitForURL(/[?&]q=region-49/)
  expect(await lens.getByText('region-0', { exact: false }).count()).toBe(0)
  await lens.getByRole('button', { expanded: false }).filter({ hasText: 'thing' }).first().click()
  await lens.getByText('known after apply').first().waitFor()
  await stage.look(page, '2-filtered')
  // The address is the state.
  await page.reload()
  await lens.getByRole('button', { name: '100 create' }).waitFor()
  await lens.getByLabel('Filter changes').fill('nothing is called so')
  await lens.getByRole('button', { name: 'Show all changes' }).click()
  await lens.getByRole('button', { name: 'Type', exact: true }).click()
  await page.waitForURL(/[?&]by=type/)
  await lens.getByText('terraform_data', { exact: true }).first().waitFor()

  await decision.getByRole('button', { name: 'Confirm and apply' }).click()
  await page.getByText('Applied', { exact: true }).first().waitFor({ timeout: 180_000 })
  await page.getByText('5000 added').or(page.getByText('5,000 added')).first().waitFor()
  await stage.look(page, '3-applied')
})
