// A job on a real Docker Engine: made in the browser, run by hand and read, given variables and another schedule, seen to fail and to be
// canceled, paused, and deleted.
import { expect } from 'vitest'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'

/** Counts what it finds, says so, and ends. */
const REPORT = 'echo "report for ${TEAM:-nobody}"; for page in 1 2 3; do echo "page $page of 3"; done; echo done'

flow('jobs', async (stage) => {
  const dana = await stage.administrator()
  const { page } = dana
  const api = await stage.apiWithOrganization()
  await stage.docker.image('flow/report:1', REPORT)
  await page.goto(`/app/${ORGANIZATION}/settings/clusters`)
  await page.getByRole('table', { name: 'Clusters' }).getByText(/^Docker Engine \d/).waitFor({ timeout: 60_000 })

  await page.goto(`/app/${ORGANIZATION}/jobs`)
  await page.getByText('No job is here yet').waitFor()
  await stage.look(page, '1-none')
  await page.getByRole('link', { name: 'New job' }).click()
  await page.getByLabel('Name', { exact: true }).fill('nightly')
  await page.getByLabel('Image', { exact: true }).fill('flow/report:1')
  await page.getByText('At 03:00').first().waitFor()
  await page.getByText(/slipway job create nightly/).waitFor()
  await stage.look(page, '2-new')
  await page.getByRole('button', { name: 'Create job' }).click()
  await page.waitForURL(/\/jobs\/nightly$/)
  await page.getByText('It never ran').waitFor()
  await stage.look(page, '3-never-ran')

  // By hand, with what it wrote.
  const dialog = page.getByRole('dialog')
  const run = async (lines = '') => {
    await page.getByRole('button', { name: 'Run now…' }).click()
    await dialog.getByLabel(/^Arguments/).fill(lines)
    await dialog.getByRole('button', { name: 'Run it' }).click()
    await page.waitForURL(/\/runs\/jrun-/)
    await dialog.waitFor({ state: 'hidden' })
  }
  await page.getByRole('button', { name: 'Run now…' }).click()
  await dialog.getByText(/slipway job run nightly/).waitFor()
  await stage.look(page, '4-run-now')
  await dialog.getByRole('button', { name: 'Run it' }).click()
  await page.waitForURL(/\/runs\/jrun-/)
  await page.getByText('page 3 of 3').waitFor({ timeout: 60_000 })
  await page.getByText('report for nobody').waitFor()
  await page.getByRole('heading', { name: /^Run 1/ }).getByText('Succeeded').waitFor({ timeout: 60_000 })
  await stage.look(page, '5-run')

  // The next run sees a variable.
  const tabs = page.getByRole('navigation', { name: 'Parts of nightly' })
  await tabs.getByRole('link', { name: 'Variables' }).click()
  await page.getByText('No variables').waitFor()
  await page.getByRole('button', { name: 'Set a variable…' }).click()
  await dialog.getByLabel('Name', { exact: true }).fill('TEAM')
  await dialog.getByLabel('Value', { exact: true }).fill('payments')
  await dialog.getByRole('button', { name: 'Set it' }).click()
  await page.getByRole('table', { name: 'Variables' }).getByText('payments').waitFor()
  await stage.look(page, '6-variables')
  await run()
  await page.getByText('report for payments').waitFor({ timeout: 60_000 })

  // What fails says why; what takes too long is ended by a click.
  await run('sh\n-c\necho no such table; exit 3')
  await page.getByText('no such table', { exact: true }).waitFor({ timeout: 60_000 })
  await page.getByText('It failed').waitFor({ timeout: 60_000 })
  await stage.look(page, '7-failed')
  await run('sleep\n600')
  await page.getByRole('heading', { name: /^Run 4/ }).getByText('Running').waitFor({ timeout: 60_000 })
  await stage.glance(page, '8-running')
  await page.getByRole('button', { name: 'Cancel the run' }).click()
  await page.getByRole('heading', { name: /^Run 4/ }).getByText('Canceled').waitFor({ timeout: 60_000 })
  await page.getByRole('link', { name: 'All runs' }).click()
  const runs = page.getByRole('table', { name: 'Runs' })
  await runs.getByText('Canceled', { exact: true }).waitFor()
  expect(await runs.getByRole('row').count()).toBe(5)
  await stage.look(page, '9-runs')
  await page.goto(`/app/${ORGANIZATION}/jobs/nightly?status=failed`)
  await runs.getByRole('link', { name: 'Run 3' }).waitFor()
  expect(await runs.getByRole('row').count()).toBe(2)

  // Another schedule, which is told in words before it is saved.
  await tabs.getByRole('link', { name: 'Settings' }).click()
  await page.getByLabel('Schedule', { exact: true }).fill('*/15 * * * *')
  await page.getByText('Every 15 minutes').first().waitFor()
  await page.getByText('How its runs go').click()
  await page.getByLabel('A run may take').fill('10')
  await page.getByText(/slipway job update nightly/).waitFor()
  await stage.look(page, '10-settings')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('nightly is changed. The next run is like that.').waitFor()
  const job = await api.get(`/organizations/${ORGANIZATION}/jobs/nightly`)
  expect(job.attributes).toMatchObject({ cron: '*/15 * * * *', 'deadline-seconds': 600 })

  // Paused: the clock starts nothing of it.
  const act = async (name: string) => {
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name, exact: true }).click()
  }
  await act('Pause')
  await page.getByText('It is paused').waitFor()
  await stage.look(page, '11-paused')
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByText('It is paused').waitFor({ state: 'hidden' })
  await page.goto(`/app/${ORGANIZATION}/jobs`)
  await page.getByRole('table', { name: 'Jobs' }).getByRole('link', { name: 'nightly' }).waitFor()
  await stage.look(page, '12-list')

  await page.getByRole('link', { name: 'nightly' }).click()
  await act('Delete…')
  await dialog.getByLabel(/to confirm/).fill('nightly')
  await stage.look(page, '13-delete')
  await dialog.getByRole('button', { name: 'Delete job' }).click()
  await page.waitForURL(/\/jobs$/)
  await page.getByText('No job is here yet').waitFor({ timeout: 60_000 })
}, { hasDocker: true })
