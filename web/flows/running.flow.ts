// An app on a real Docker Engine: deployed, served, changed, scaled, failed, rolled back, read, stopped and deleted.
import { join } from 'node:path'
import { expect } from 'vitest'
import { configuration } from './harness/api'
import { dragFolder } from './harness/drop'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'
import { until } from './harness/until'

/** A web server that shows its version and a variable, and says so. */
const SERVE =
  'mkdir -p /tmp/www; echo "v$VERSION ${GREETING:-hello}" > /tmp/www/index.html; echo "version $VERSION listens at $PORT"; exec httpd -f -p $PORT -h /tmp/www'
/** Ready at first, and gone soon after. */
const CRASH = 'mkdir -p /tmp/www; echo soon > /tmp/www/index.html; httpd -p $PORT -h /tmp/www; sleep 4; echo "out of tickets"; exit 5'
/** As it fails when something is not there. */
const FAIL = 'echo "no module named shop"; exit 3'

flow('running', async (stage) => {
  const dana = await stage.administrator()
  const { page } = dana
  const api = await stage.apiWithOrganization()
  await stage.docker.image('flow/web:1', SERVE, { VERSION: '1' })
  await stage.docker.image('flow/web:2', FAIL)
  await stage.docker.image('flow/web:3', CRASH)
  const answers = (text: string) => until(`shop answers ${text}`, async () => (await stage.ask('shop')).text === text)
  const ended = (word: string) => page.getByRole('main').getByText(word, { exact: true }).first().waitFor({ timeout: 60_000 })

  await page.goto(`/app/${ORGANIZATION}/settings/clusters`)
  await page.getByRole('table', { name: 'Clusters' }).getByText(/^Docker Engine \d/).waitFor()
  await stage.look(page, '0-clusters')
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

  // Source is built by the engine; what stays at home is not sent.
  await page.getByRole('button', { name: 'Deploy…' }).click()
  const drag = await dragFolder(page, source(stage.folder), page.getByRole('heading', { level: 1 }))
  await page.getByText('Let go to take the folder').waitFor()
  await drag.drop()
  await page.getByText('4 files').waitFor()
  await page.getByText('Its Dockerfile says how it is built.').waitFor()
  await page.getByText('found out by itself').click()
  await stage.look(page, '7-folder')
  await page.getByRole('button', { name: 'Deploy it' }).click()
  await page.waitForURL(/\/deploys\/dep-/)
  await page.getByText('==> Build Dockerfile').waitFor({ timeout: 30_000 })
  await ended('Deployed')
  await answers('v9 ahoy')
  expect((await stage.ask('shop', '/files.txt')).text).toBe('Dockerfile index.txt note')

  await tabs.getByRole('link', { name: 'Logs' }).click()
  await page.getByText(/version 9 listens at/).first().waitFor({ timeout: 30_000 })
  await stage.look(page, '8-logs')

  // What ends by itself is seen, with the reason.
  const shop = await api.get(`/organizations/${ORGANIZATION}/apps/shop`)
  await api.post(`/apps/${shop.id}/deploys`, 'deploys', { image: 'flow/web:3' })
  await tabs.getByRole('link', { name: 'Overview' }).click()
  await units.getByText('Crashing').first().waitFor({ timeout: 60_000 })
  await stage.look(page, '9-crashing')
  await api.post(`/apps/${shop.id}/actions/rollback`, 'deploys', {})
  await answers('v9 ahoy')

  const act = async (name: string) => {
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name, exact: true }).click()
  }
  await tabs.getByRole('link', { name: 'Overview' }).click()
  await act('Stop')
  await page.getByText('It is stopped', { exact: true }).waitFor({ timeout: 30_000 })
  await page.getByText('None: it is stopped.').waitFor({ timeout: 30_000 })
  await stage.look(page, '10-stopped')
  expect((await stage.ask('shop')).status).toBe(503)
  await act('Start')
  await answers('v9 ahoy')

  await act('Delete…')
  await dialog.getByLabel(/to confirm/).fill('shop')
  await dialog.getByRole('button', { name: 'Delete app' }).click()
  await page.waitForURL(/\/apps$/)
  await page.getByText('No app runs here yet').waitFor({ timeout: 60_000 })
}, { hasDocker: true })

/** Source with a Dockerfile, and with what is not sent. */
function source(place: string): string {
  return configuration(join(place, 'source'), {
    Dockerfile: 'FROM flow/web:1\nENV VERSION=9\nCOPY . /source\nRUN ["/bin/sh", "-c", "cd /source; mkdir -p /tmp/www; echo $(ls) > /tmp/www/files.txt"]\n',
    'index.txt': 'Welcome\n',
    'note': 'A note\n',
    'drafts/secret.txt': 'nobody-may-see-this\n',
    'node_modules/left-pad/index.js': '',
    '.env': 'PASSWORD=nobody-may-see-this\n',
    '.slipwayignore': 'drafts\n',
  })
}
