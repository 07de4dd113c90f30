// Where apps run and how much of it: a cluster of Kubernetes that does not answer, a pool of it with a rule, quotas, and an app with
// amounts of its own.
import { expect } from 'vitest'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'

/** Nobody listens there. */
const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: far
clusters: [{name: far, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: slipway, user: {token: nobody-knows}}]
contexts: [{name: far, context: {cluster: far, user: slipway}}]
`

flow('pools', async (stage) => {
  const dana = await stage.administrator()
  const { page } = dana
  const api = await stage.apiWithOrganization()
  await page.goto(`/app/${ORGANIZATION}/settings/clusters`)
  await page.getByText('It does not answer').waitFor()
  await stage.look(page, '1-no-engine')
  const dialog = page.getByRole('dialog')

  await page.getByRole('button', { name: 'Connect Kubernetes…' }).click()
  await dialog.getByLabel('Name', { exact: true }).fill('production')
  dana.allow(/POST \S+\/clusters 422$/, /status of 422/)
  await dialog.getByLabel('Kubeconfig', { exact: true }).fill('not: one')
  await dialog.getByRole('button', { name: 'Connect it' }).click()
  await dialog.locator('[aria-invalid=true]').waitFor()
  await stage.look(page, '2-refused')
  dana.allowNothing()
  await dialog.getByLabel('Kubeconfig', { exact: true }).fill(KUBECONFIG)
  await dialog.getByRole('button', { name: 'Connect it' }).click()
  await page.getByText('by a kubeconfig, which is shown to nobody').waitFor()
  await page.getByText('It does not answer').waitFor({ timeout: 60_000 })

  await page.getByRole('button', { name: 'New pool…' }).click()
  await dialog.getByLabel('Name', { exact: true }).fill('far')
  await dialog.getByLabel('Cluster', { exact: true }).selectOption('production')
  await dialog.getByLabel('Apps that name no pool are put here').check()
  await dialog.getByRole('button', { name: 'Create pool' }).click()
  await page.getByRole('table', { name: 'Pools' }).getByText('far', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'New rule…' }).click()
  await dialog.getByLabel('Pools', { exact: true }).fill('far')
  await dialog.getByLabel('About').selectOption('plan')
  await dialog.getByLabel(/^Plans/).fill('small')
  await page.getByRole('option', { name: 'small' }).click()
  await dialog.getByRole('heading').click()
  await stage.look(page, '3-rule')
  await dialog.getByRole('button', { name: 'Make rule' }).click()
  await page.getByRole('table', { name: 'Rules about pools' }).getByText('only small').waitFor()
  await stage.look(page, '4-all')

  // One app is let in.
  await page.goto(`/app/${ORGANIZATION}/settings/quotas`)
  await page.getByText('0, as many as wanted').first().waitFor()
  await page.getByRole('button', { name: 'Change…' }).click()
  await dialog.getByLabel(/^Apps/).fill('1')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText('0 of 1').waitFor()
  const made = await api.post(`/organizations/${ORGANIZATION}/apps`, 'apps', { name: 'shop' })
  const second = await api.request('POST', `/organizations/${ORGANIZATION}/apps`, { data: { type: 'apps', attributes: { name: 'second' } } })
  expect(second.status).toBe(409)
  await page.getByRole('button', { name: 'Change the quota of default' }).click()
  await dialog.getByLabel(/^Units/).fill('5')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText('1 of 1').waitFor()
  await page.getByText('0 of 5').waitFor()
  await stage.look(page, '5-quotas')

  // The rule keeps other plans out; other amounts than the plan's are said for the app alone.
  await page.goto(`/app/${ORGANIZATION}/apps/shop/settings`)
  await page.getByText("Other amounts than its plan's").click()
  await page.getByLabel(/^Memory/).fill('384')
  await page.getByText(/--memory 384MiB/).waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('shop has other amounts from the next deploy or restart on.').waitFor()
  await stage.look(page, '6-amounts')
  expect((await api.get(`/apps/${made.id}`)).attributes['plan-override']).toEqual({ memory: 402_653_184 })

  // A cluster with pools stays.
  await page.goto(`/app/${ORGANIZATION}/settings/clusters?cluster=production`)
  await page.getByRole('button', { name: 'Disconnect…' }).click()
  await dialog.getByLabel(/to confirm/).fill('production')
  dana.allow(/DELETE \S+\/clusters\/\S+ 409$/, /status of 409/)
  await dialog.getByRole('button', { name: 'Disconnect cluster' }).click()
  await dialog.getByText(/Pools are of the cluster "production": far/).waitFor()
  await stage.look(page, '7-in-use')
}, { variables: { SLIPWAY_APPS_DOCKER_SOCKET: '/nowhere/docker.sock' } })
