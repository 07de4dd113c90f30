// Schedules: a workspace is planned by itself; what that means is shown while it is typed, and what came of it afterwards.
import { expect } from 'vitest'
import { shop } from './harness/configurations'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'

flow('schedules', async (stage) => {
  const { page } = await stage.administrator()
  const api = await stage.apiWithOrganization()
  const folder = shop(stage.folder)
  await api.slipway(folder, 'init', '--organization', ORGANIZATION, '--workspace', 'shop', '--create')
  await api.slipway(folder, 'apply', '--auto-approve')

  await page.goto(`/app/${ORGANIZATION}/workspaces/shop/schedules`)
  await page.getByText('Nothing starts by itself').waitFor()
  await stage.look(page, '1-none')
  await page.getByRole('button', { name: 'New schedule' }).click()
  const dialog = page.getByRole('dialog')
  const cron = dialog.getByLabel('Cron expression')
  stage.allow(/schedules\/actions\/preview 422/)
  await cron.fill('0 6 * FOO *')
  await dialog.getByText(/FOO/).last().waitFor()
  await stage.look(page, '2-not-understood')
  await cron.fill('0 6 * * 1-5')
  await dialog.getByLabel('Time zone').fill('Europe/Berlin')
  await dialog.getByText(/06:00 CES?T/).first().waitFor()
  await dialog.getByLabel(/^Name/).fill('Every morning')
  await dialog.getByText(/slipway schedule create shop/).waitFor()
  await stage.look(page, '3-new-schedule')
  await dialog.getByRole('button', { name: 'Create schedule' }).click()
  const table = page.getByRole('table', { name: 'Schedules' })
  await table.getByRole('button', { name: 'Every morning' }).waitFor()

  // Tried at once: a run that can only plan, in its history by itself.
  await table.getByRole('button', { name: 'Every morning' }).click()
  await dialog.getByRole('button', { name: 'Run now' }).click()
  const history = dialog.getByRole('list', { name: 'Last times' })
  await history.getByRole('link', { name: /^run-/ }).waitFor({ timeout: 30_000 })
  await stage.look(page, '4-schedule')
  await dialog.getByRole('button', { name: 'Pause' }).click()
  await dialog.getByRole('button', { name: 'Resume' }).waitFor()
  await history.getByRole('link', { name: /^run-/ }).click()
  await page.waitForURL(/\/runs\/run-/)
  await page.getByText('by a schedule').waitFor()
  await page.getByText('Plan finished', { exact: true }).first().waitFor({ timeout: 60_000 })
  expect(await page.getByRole('region', { name: 'Decision' }).count()).toBe(0)

  // All of the organization.
  await page.goto(`/app/${ORGANIZATION}/schedules?paused=true`)
  await table.getByRole('link', { name: 'shop' }).waitFor()
  await stage.look(page, '5-all')
  await table.getByRole('button', { name: 'Every morning' }).click()
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('button', { name: 'Remove schedule' }).click()
  await page.getByText('No schedule is like that').waitFor()
})
