// Four eyes: a rule is made, a run that waited needs another yes at once, who asked cannot give it, somebody else does.
import { expect } from 'vitest'
import { shop } from './harness/configurations'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'

flow('approvals', async (stage) => {
  const { page } = await stage.administrator()
  const api = await stage.apiWithOrganization()
  const sam = await stage.member(api, 'sam', 'maintain')
  const wim = await stage.member(api, 'wim', 'write')

  // A run waits for a yes, of anybody.
  await page.goto(`/app/${ORGANIZATION}/new-workspace`)
  await page.getByLabel('Name', { exact: true }).fill('shop')
  await page.getByLabel('Folder with the configuration').setInputFiles(shop(stage.folder))
  await page.getByText('2 files').waitFor()
  await page.getByRole('button', { name: 'Create and plan' }).click()
  await page.waitForURL(/\/workspaces\/shop\/runs\/run-/)
  const run = page.url()
  await page.getByRole('region', { name: 'Decision' }).getByText('Your yes applies exactly this plan').waitFor({ timeout: 60_000 })
  await sam.page.goto(run)
  await sam.page.getByRole('region', { name: 'Decision' }).waitFor()
  expect(await sam.page.getByRole('button', { name: 'Approve', exact: true }).count()).toBe(0)

  // A rule, made on the page of the project.
  await page.goto(`/app/${ORGANIZATION}/settings/approval-rules`)
  await page.getByText('Nothing has to be approved').waitFor()
  await stage.look(page, '1-no-rules')
  await page.goto(`/app/${ORGANIZATION}/projects`)
  await page.getByRole('table').getByRole('link').first().click()
  await page.getByRole('heading', { name: /^Approval rules/ }).waitFor()
  await page.getByRole('link', { name: 'New rule' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Four eyes')
  stage.allow(/POST .*approval-rules 422/)
  await dialog.getByRole('button', { name: 'Create rule' }).click()
  await dialog.locator('[aria-invalid=true]').first().waitFor()
  await stage.look(page, '2-not-accepted')
  await dialog.getByLabel('Name', { exact: true }).fill('four-eyes')
  await dialog.getByText(/slipway approval-rule create four-eyes --in-project/).waitFor()
  await dialog.getByRole('button', { name: 'Create rule' }).click()
  await page.getByRole('link', { name: 'four-eyes' }).waitFor()
  await stage.look(page, '3-rules')

  // What waited is looked at by it at once, where somebody has it open.
  await sam.page.getByRole('button', { name: 'Approve', exact: true }).waitFor()
  await page.goto(run)
  await page.getByText('Waits for one approval by the rule four-eyes.').first().waitFor()
  expect(await page.getByRole('button', { name: 'Confirm and apply' }).getAttribute('aria-disabled')).toBe('true')
  await stage.look(page, '4-waits-for-approval')

  // Not by who asked for it.
  const approve = page.getByRole('button', { name: 'Approve', exact: true })
  expect(await approve.getAttribute('aria-disabled')).toBe('true')
  await approve.hover()
  await page.getByRole('tooltip').getByText('You asked for this yourself: somebody else has to approve it.').waitFor()
  await stage.look(page, '5-not-oneself')

  // Nor by who may apply, but not approve.
  await wim.page.goto(run)
  await wim.page.getByText(/Whoever holds workspace.run.approve there can/).waitFor()
  await stage.glance(wim.page, '6-may-not')

  // A no outweighs every yes; it is taken back.
  await sam.page.getByLabel('Why, for the others').fill('Not on a Friday')
  await sam.page.getByRole('button', { name: 'Reject', exact: true }).click()
  await page.getByText('Rejected by sam ("Not on a Friday").').first().waitFor()
  await stage.look(sam.page, '7-rejected')
  await sam.page.getByRole('button', { name: 'Withdraw my rejection' }).click()
  await sam.page.getByRole('button', { name: 'Reject', exact: true }).waitFor()
  await sam.page.getByLabel('Why, for the others').fill('Monday is fine')
  await sam.page.getByRole('button', { name: 'Approve', exact: true }).click()

  // The other browser hears of it by itself.
  await page.getByText('“Monday is fine”').waitFor()
  await page.getByRole('region', { name: 'Decision' }).getByText('Your yes applies exactly this plan').waitFor()
  await stage.look(page, '8-approved')
  await page.getByRole('button', { name: 'Confirm and apply' }).click()
  await page.getByText('Applied', { exact: true }).first().waitFor({ timeout: 60_000 })

  // Told, and what the rule says can be changed and taken away.
  await page.goto(`/app/${ORGANIZATION}/activity`)
  await page.getByText(/rejected run/).first().waitFor()
  await page.goto(`/app/${ORGANIZATION}/settings/approval-rules`)
  await page.getByRole('link', { name: 'four-eyes' }).click()
  await dialog.getByLabel('Approvals', { exact: true }).fill('2')
  await dialog.getByText('slipway approval-rule update four-eyes --approvals 2').waitFor()
  await stage.look(page, '9-rule')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('table', { name: 'Approval rules' }).getByText('2 approvals').waitFor()
  await page.getByRole('link', { name: 'four-eyes' }).click()
  await dialog.getByRole('button', { name: 'Delete…' }).click()
  await stage.look(page, '10-delete')
  await dialog.getByRole('button', { name: 'Delete rule' }).click()
  await page.getByText('Nothing has to be approved').waitFor()
})
