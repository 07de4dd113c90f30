// An app on a real Docker Engine: deployed, served, changed, scaled, failed, rolled back, read, stopped and deleted.
import { expect } from 'vitest'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'
import { until } from './harness/until'

/** A web server that shows its version and a variable, and says so. */
const SERVE =
  'mkdir -p /tmp/www; echo "v$VERSION ${GREETING:-hello}" > /tmp/www/index.html; echo "version $VERSION listens at $PORT"; exec httpd -f -p $PORT -h /tmp/www'
/** As it fails when something is not there. */
const FAIL = 'echo "no module named shop"; exit 3'

flow('running', async (stage) => {
  const dana = await stage.administrator()
  const { page } = dana
  await stage.apiWithOrganization()
  await stage.docker.image('flow/web:1', SERVE, { VERSION: '1' })
  await stage.docker.image('flow/web:2', FAIL)
  const answers = (text: string) => until(`shop answers ${text}`, async () => (await stage.ask('shop')).text === text)
  const ended = (word: string) => page.getByRole('main').getByText(word, { exact: true }).first().waitFor({ timeout: 60_000 })

  await page.goto(`/app/${ORGANIZATION}/new-app`)
  await page.getByLabel('Name', { exact: true }).fill('shop')
  await page.getByRole('button', { name: 'Create app' }).click()
  await page.waitForURL(/\/apps\/shop$/)
  await page.getByRole('link', { name: 'Deploy a folder or an image' }).click()
  await page.getByText("Drop the app's folder here").waitFor()
  await stage.look(page, '1-deploy')
  await page.getByLabel('As an image').click()
  await page.getByLabel('Image', { exact: true }).fill('flow/web:1')
  await stage.look(page, '2-image')
  await page.getByRole('button', { name: 'Deploy it' }).click()

  await page.waitForURL(/\/deploys\/dep-/)
  await ended('Deployed')
  await page.getByText('==> Deployed', { exact: false }).first().waitFor()
  await stage.look(page, '3-deployed')
  await answers('v1 hello')

  // One change of variables is one deploy.
  const tabs = page.getByRole('navigation', { name: 'Parts of shop' })
  const dialog = page.getByRole('dialog')
  await tabs.getByRole('link', { name: 'Variables' }).click()
  await page.getByRole('button', { name: 'Set a variable…' }).click()
  await dialog.getByLabel('Name', { exact: true }).fill('GREETING')
  await dialog.getByLabel('Value', { exact: true }).fill('ahoy')
  await dialog.getByRole('button', { name: 'Set it' }).click()
  await answers('v1 ahoy')
  await tabs.getByRole('link', { name: 'Deploys' }).click()
  const deploys = page.getByRole('table', { name: 'Deploys' })
  await deploys.getByText('Deployed').nth(1).waitFor({ timeout: 30_000 })
  expect(await deploys.getByRole('row').count()).toBe(3)

  // Scaled to two.
  await tabs.getByRole('link', { name: 'Overview' }).click()
  const units = page.getByRole('table', { name: 'Units' })
  await units.getByText('Ready').first().waitFor()
  await page.getByRole('button', { name: 'One unit of web more' }).click()
  await page.getByRole('button', { name: 'Scale', exact: true }).click()
  await units.getByText('Ready').nth(1).waitFor({ timeout: 30_000 })
  await page.getByText('2 of 2').first().waitFor()
  await stage.look(page, '4-two-units')

  // What cannot run changes nothing.
  await page.getByRole('button', { name: 'Deploy…' }).click()
  await page.getByLabel('As an image').click()
  await page.getByLabel('Image', { exact: true }).fill('flow/web:2')
  await page.getByRole('button', { name: 'Deploy it' }).click()
  await page.waitForURL(/\/deploys\/dep-/)
  await stage.glance(page, '5-under-way')
  await ended('Failed')
  await page.getByText(/is still what runs/).waitFor()
  await page.getByRole('alert').getByText(/no module named shop/).first().waitFor()
  await stage.look(page, '6-failed')
  await answers('v1 ahoy')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.waitForURL((url) => /\/deploys\/dep-/.test(url.pathname))
  await page.getByRole('heading', { name: /^Deploy 4/ }).waitFor()
  await page.getByRole('button', { name: 'Cancel the deploy' }).click()
  await ended('Canceled')

  await tabs.getByRole('link', { name: 'Versions' }).click()
  await page.getByRole('button', { name: 'Roll back to version 1' }).click()
  await dialog.getByRole('button', { name: 'Roll back' }).click()
  await page.waitForURL(/\/deploys\/dep-/)
  await ended('Deployed')
  await answers('v1 ahoy')

  await tabs.getByRole('link', { name: 'Logs' }).click()
  await page.getByText(/version 1 listens at/).first().waitFor({ timeout: 30_000 })
  await stage.look(page, '7-logs')

  const act = async (name: string) => {
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name, exact: true }).click()
  }
  await tabs.getByRole('link', { name: 'Overview' }).click()
  await act('Stop')
  await page.getByText('It is stopped', { exact: true }).waitFor({ timeout: 30_000 })
  await page.getByText('None: it is stopped.').waitFor({ timeout: 30_000 })
  await stage.look(page, '8-stopped')
  expect((await stage.ask('shop')).status).toBe(503)
  await act('Start')
  await answers('v1 ahoy')

  await act('Delete…')
  await dialog.getByLabel(/to confirm/).fill('shop')
  await dialog.getByRole('button', { name: 'Delete app' }).click()
  await page.waitForURL(/\/apps$/)
  await page.getByText('No app runs here yet').waitFor({ timeout: 60_000 })
}, { hasDocker: true })
