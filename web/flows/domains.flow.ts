// Where an app answers: a name that counts on this site, one that has to be proven, a certificate, limits, and an end of it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { flow } from './harness/flow'
import { run } from './harness/programs'
import { ORGANIZATION } from './harness/stage'
import { until } from './harness/until'

const SERVE = 'mkdir -p /tmp/www; echo welcome > /tmp/www/index.html; exec httpd -f -p $PORT -h /tmp/www'
const HOST = 'shop.localhost'

flow('domains', async (stage) => {
  const dana = await stage.administrator()
  const { page } = dana
  const api = await stage.apiWithOrganization()
  await stage.docker.image('flow/web:1', SERVE)
  const app = await api.post(`/organizations/${ORGANIZATION}/apps`, 'apps', { name: 'shop' })
  await api.post(`/apps/${app.id}/deploys`, 'deploys', { image: 'flow/web:1' })
  await until('shop answers', async () => (await stage.ask('shop')).text === 'welcome')

  await page.goto(`/app/${ORGANIZATION}/apps/shop/domains`)
  await page.getByText('No domain yet').waitFor()
  await stage.look(page, '1-none')
  const dialog = page.getByRole('dialog')
  const add = async (host: string) => {
    await page.getByRole('button', { name: 'Add a domain…' }).click()
    await dialog.getByLabel('Name', { exact: true }).fill(host)
    await dialog.getByRole('button', { name: 'Add domain' }).click()
  }

  // What the site trusts counts at once.
  await add(HOST)
  const domains = page.getByRole('table', { name: 'Domains' })
  await domains.getByText('Proven', { exact: true }).waitFor()
  await page.getByText(/^names like this count on this site/).waitFor()
  await until(`the router answers at ${HOST}`, async () => (await stage.askAt(HOST)).text === 'welcome')
  await stage.look(page, '2-trusted')

  // Others have to be proven; nobody here can, so that an administrator says so.
  dana.allow(/POST \S+\/domains 409$/, /status of 409/)
  await add(HOST)
  await dialog.getByRole('alert').getByText(/already/).waitFor()
  dana.allowNothing()
  await page.keyboard.press('Escape')
  await add('shop.example.test')
  await page.getByText('Prove shop.example.test').waitFor()
  await page.getByText('_slipway-challenge.shop.example.test').first().waitFor()
  await page.getByRole('button', { name: 'Look now' }).click()
  await page.getByText('shop.example.test is not proven yet.').waitFor({ timeout: 60_000 })
  await stage.look(page, '3-unproven')
  expect((await stage.askAt('shop.example.test')).text).not.toBe('welcome')
  await page.getByRole('button', { name: 'Have it count' }).click()
  await page.getByText(/^an administrator of the site said so/).waitFor()
  await until('the router answers there, too', async () => (await stage.askAt('shop.example.test')).text === 'welcome')

  // With a certificate requests are sent to where there is TLS.
  const files = await certificate(stage.folder, HOST)
  await page.getByRole('button', { name: 'Upload…' }).click()
  await dialog.getByLabel('A file with the chain').setInputFiles(files.chain)
  await dialog.getByLabel('Key', { exact: true }).fill(readFileSync(files.key, 'utf8'))
  await stage.look(page, '4-upload')
  await dialog.getByRole('button', { name: 'Upload certificate' }).click()
  const certificates = page.getByRole('table', { name: 'Certificates' })
  await certificates.getByText(HOST).first().waitFor()
  await until('it is shown', async () => (await stage.askAt(HOST, { hasTls: true }).catch(() => null))?.certificate === HOST)
  expect((await stage.askAt(HOST, { hasTls: true })).text).toBe('welcome')
  await until('requests without TLS are sent on', async () => (await stage.askAt(HOST)).status === 308)
  expect((await stage.askAt(HOST)).location).toMatch(/^https:\/\/shop\.localhost/)
  await stage.look(page, '5-certificate')

  // As they are, if somebody says so.
  await page.getByLabel('Requests without TLS').selectOption('never')
  await page.getByLabel(/^Largest body/).fill('10')
  await page.getByText(/--most-bytes 10485760/).waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await until('they are taken as they are', async () => (await stage.askAt(HOST)).text === 'welcome')

  await page.getByRole('button', { name: `Remove ${HOST}`, exact: true }).click()
  await dialog.getByRole('button', { name: 'Remove domain' }).click()
  await domains.getByRole('link', { name: HOST, exact: true }).waitFor({ state: 'detached' })
  await until('nothing answers there', async () => (await stage.askAt(HOST)).text !== 'welcome')
  await certificates.getByText('nothing now').waitFor()
  await page.getByRole('button', { name: `Remove the certificate for ${HOST}` }).click()
  await dialog.getByRole('button', { name: 'Remove certificate' }).click()
  await page.getByText(/^There are none: it answers without TLS/).waitFor()
}, { hasDocker: true, hasTls: true })

/** One that signs itself, as files. */
async function certificate(folder: string, host: string): Promise<{ chain: string; key: string }> {
  const [chain, key] = [join(folder, 'fullchain.pem'), join(folder, 'privkey.pem')]
  const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`]
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '90', '-keyout', key, '-out', chain, ...names])
  return { chain, key }
}
