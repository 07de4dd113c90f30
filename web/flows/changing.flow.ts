// What is said of an app beside its versions, on a real Docker Engine: variables that come back, alone and with a version, and a process
// with a plan and labels of its own.
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'
import { until } from './harness/until'

/** Shows its version and two variables. */
const SERVE = 'mkdir -p /tmp/www; echo "v$VERSION ${GREETING:-hello} ${NAME:-nobody}" > /tmp/www/index.html; exec httpd -f -p $PORT -h /tmp/www'

flow('changing', async (stage) => {
  const dana = await stage.administrator()
  const { page } = dana
  const api = await stage.apiWithOrganization()
  await stage.docker.image('flow/web:1', SERVE, { VERSION: '1' })
  await stage.docker.image('flow/web:2', SERVE, { VERSION: '2' })
  await page.goto(`/app/${ORGANIZATION}/settings/clusters`)
  await page.getByRole('table', { name: 'Clusters' }).getByText(/^Docker Engine \d/).waitFor({ timeout: 60_000 })
  const answers = (text: string) => until(`shop answers ${text}`, async () => (await stage.ask('shop')).text === text)
  const shop = await api.post(`/organizations/${ORGANIZATION}/apps`, 'apps', { name: 'shop' })
  await api.post(`/apps/${shop.id}/deploys`, 'deploys', { image: 'flow/web:1' })
  await answers('v1 hello nobody')

  const tabs = () => page.getByRole('navigation', { name: 'Parts of shop' })
  const dialog = page.getByRole('dialog')
  const changes = page.getByRole('table', { name: 'Changes of variables' })
  const settled = () => until('no deploy goes on', async () => (await api.list(`/apps/${shop.id}/deploys`)).every(({ attributes }) => attributes['status'] === 'deployed'))
  const set = async (name: string, value: string) => {
    await settled()
    await page.getByRole('button', { name: 'Set a variable…' }).first().click()
    await dialog.getByLabel('Name', { exact: true }).fill(name)
    await dialog.getByLabel('Value', { exact: true }).fill(value)
    await dialog.getByLabel(/^Wait for the next/).uncheck()
    await dialog.getByRole('button', { name: 'Set it' }).click()
    await dialog.waitFor({ state: 'hidden' })
  }
  await page.goto(`/app/${ORGANIZATION}/apps/shop/variables`)
  await page.getByText('Nothing was changed yet').waitFor()
  await stage.look(page, '1-no-variables')
  await set('GREETING', 'ahoy')
  await answers('v1 ahoy nobody')
  await set('NAME', 'ada')
  await answers('v1 ahoy ada')
  await set('GREETING', 'servus')
  await answers('v1 servus ada')
  await changes.getByText('from ahoy to servus').waitFor()
  await stage.look(page, '2-history')

  // Back to what was said first: the change after it is gone, too.
  await settled()
  await page.getByRole('button', { name: 'Bring back the variables of number 1', exact: true }).click()
  await dialog.getByLabel(/^Wait for the next/).uncheck()
  await dialog.getByText(/slipway app env restore 1/).waitFor()
  await stage.look(page, '3-bring-back')
  await dialog.getByRole('button', { name: 'Bring them back' }).click()
  await page.getByText('The variables of number 1 are back.').waitFor()
  await answers('v1 ahoy nobody')
  await changes.getByText('unset, was ada').waitFor()

  // A version comes back with the variables that it last ran with: none.
  await settled()
  await api.post(`/apps/${shop.id}/deploys`, 'deploys', { image: 'flow/web:2' })
  await answers('v2 ahoy nobody')
  await set('GREETING', 'moin')
  await answers('v2 moin nobody')
  await settled()
  await tabs().getByRole('link', { name: 'Versions' }).click()
  await page.getByRole('button', { name: 'Roll back to version 1' }).click()
  await dialog.getByLabel(/^Bring its variables back/).check()
  await dialog.getByText(/slipway app rollback 1 --with-env/).waitFor()
  await stage.look(page, '4-roll-back')
  await dialog.getByRole('button', { name: 'Roll back' }).click()
  await page.waitForURL(/\/deploys\/dep-/)
  await page.getByRole('main').getByText('Deployed', { exact: true }).first().waitFor({ timeout: 60_000 })
  await answers('v1 hello nobody')
  await stage.look(page, '5-rolled-back')

  // One process is given more than the others, and a label.
  await tabs().getByRole('link', { name: 'Settings' }).click()
  const processes = page.getByRole('table', { name: 'Processes of the app' })
  await processes.getByText('web', { exact: true }).waitFor()
  const ask = async (name: string) => {
    await page.getByRole('button', { name: 'What can be done with web' }).click()
    await page.getByRole('menuitem', { name }).click()
    await dialog.waitFor()
  }
  await ask('Settings…')
  await dialog.getByLabel('Plan').fill('lar')
  await page.getByRole('option', { name: /^large/ }).click()
  await dialog.getByLabel(/^Labels/).fill('tier=front')
  await dialog.getByLabel('Later').uncheck()
  await dialog.getByText(/slipway app process update web/).waitFor()
  await stage.look(page, '6-process')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText('web is changed.').waitFor()
  await processes.getByText('large', { exact: true }).waitFor()
  await processes.getByText('tier=front').waitFor()
  await until('its unit has the label', async () => (await stage.docker.labelled('tier=front')) === 1)
  await stage.look(page, '7-changed')

  // Machines do not scale by themselves: refused, and said why.
  dana.allow(/PUT \S+\/autoscale 4\d\d$/, /status of 4\d\d/)
  await ask('Let the cluster scale it…')
  await dialog.getByRole('button', { name: 'Let it scale' }).click()
  await dialog.getByText(/Kubernetes/).first().waitFor()
  await stage.look(page, '8-refused')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  dana.allowNothing()
  await processes.getByText('by hand').waitFor()
}, { hasDocker: true })
