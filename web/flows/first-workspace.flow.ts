// The first workspace: a folder chosen in the browser, planned, confirmed, applied, and its outputs read.
import { expect } from 'vitest'
import { shop } from './harness/configurations'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'

flow('first-workspace', async (stage) => {
  const { page } = await stage.administrator()
  await stage.apiWithOrganization()
  await page.goto(`/app/${ORGANIZATION}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await stage.look(page, '1-nothing-yet')
  await page.goto(`/app/${ORGANIZATION}/workspaces`)
  await page.getByRole('link', { name: 'New workspace' }).or(page.getByRole('button', { name: 'New workspace' })).first().click()
  await page.waitForURL(/new-workspace/)
  await stage.look(page, '2-new-workspace')

  await page.getByLabel('Name', { exact: true }).fill('shop')
  await page.getByLabel('Folder with the configuration').setInputFiles(shop(stage.folder))
  await page.getByText('2 files').waitFor()
  await stage.look(page, '3-folder-chosen')
  await page.getByRole('button', { name: 'Create and plan' }).click()

  await page.waitForURL(/\/workspaces\/shop\/runs\/run-/)
  const decision = page.getByRole('region', { name: 'Decision' })
  await decision.waitFor({ timeout: 60_000 })
  await page.getByText('letter', { exact: true }).first().waitFor()
  await stage.look(page, '4-needs-confirmation')
  await decision.getByLabel('Comment').fill('Looks right')
  await decision.getByRole('button', { name: 'Confirm and apply' }).click()
  await page.getByText('Applied', { exact: true }).first().waitFor({ timeout: 60_000 })
  await stage.look(page, '5-applied')

  await page.getByRole('link', { name: 'shop', exact: true }).first().click()
  await page.waitForURL(/\/workspaces\/shop$/)
  const outputs = page.getByRole('table', { name: 'Outputs' })
  await outputs.getByText(/^Hello, .+!$/).waitFor()
  expect(await outputs.getByText(/open /).count()).toBe(0)
  await stage.look(page, '6-workspace')
  await page.getByRole('button', { name: 'Reveal door…' }).click()
  await stage.look(page, '7-reveal')
  await page.getByRole('dialog').getByRole('button', { name: 'Reveal', exact: true }).click()
  await outputs.getByText(/^open .+/).waitFor()
})
