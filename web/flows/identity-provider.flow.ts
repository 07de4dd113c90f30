// An identity provider in the site's administration: refused at its field, made, tested, changed, deleted.
import { join } from 'node:path'
import { expect } from 'vitest'
import { DEX_CLIENT, Dex } from './harness/dex'
import { flow } from './harness/flow'
import { until } from './harness/until'

flow(
  'identity-provider',
  async (stage) => {
    const { page } = await stage.administrator()
    const api = await stage.api()
    const dex = new Dex(join(stage.folder, 'dex'))
    try {
      await dex.start([])
      await api.post('/identity-providers', 'identity-providers', { name: 'taken', issuer: 'https://id.example.com', 'client-id': 'slipway' })
      await page.goto('/app/admin/identity-providers')
      await page.getByRole('link', { name: 'New provider' }).first().click()
      const name = page.getByLabel('Name', { exact: true })
      await name.fill('taken')
      await page.getByLabel('Issuer').fill(dex.issuer)
      await page.getByLabel('Client id').fill(DEX_CLIENT.id)
      await page.getByLabel('Client secret').fill(DEX_CLIENT.secret)
      stage.allow(/answer: POST .*\/identity-providers (409|422)/)
      await page.getByRole('button', { name: 'Create provider' }).click()
      await page.locator('input[aria-invalid=true]').first().waitFor()
      await until('the focus is where it is wrong', () => name.evaluate((input) => input === document.activeElement))
      await page.getByText('The name "taken" is taken').first().waitFor()
      await stage.glance(page, '1-refused')
      // Another field, and what was typed in the others stays, the secret as well.
      await name.fill('dex')
      await page.getByLabel('Issuer').fill('no address')
      await page.getByRole('button', { name: 'Create provider' }).click()
      await until('the issuer is wrong', async () => (await page.getByLabel('Issuer').getAttribute('aria-invalid')) === 'true')
      expect(await name.getAttribute('aria-invalid')).toBeNull()
      expect(await page.getByLabel('Client secret').inputValue()).toBe(DEX_CLIENT.secret)
      await page.getByLabel('Issuer').fill(dex.issuer)
      await page.getByRole('button', { name: 'Create provider' }).click()

      await page.getByRole('heading', { level: 1, name: 'dex' }).waitFor()
      await page.getByRole('button', { name: 'Test', exact: true }).click()
      await page.getByText('Nothing stands against signing in with dex').waitFor()
      await stage.look(page, '2-tested')

      await page.getByLabel('Newcomers get an account').check()
      await page.getByLabel('Claim with the groups').fill('')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('button', { name: 'Save' }).and(page.locator('[aria-disabled=true], :disabled')).waitFor()
      await page.reload()
      expect(await page.getByLabel('Newcomers get an account').isChecked()).toBe(true)
      expect(await page.getByLabel('Claim with the groups').inputValue()).toBe('')

      await page.getByRole('button', { name: 'Delete…' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('textbox').fill('dex')
      await stage.glance(page, '3-delete')
      await dialog.getByRole('button', { name: 'Delete provider' }).click()
      await page.waitForURL(/\/identity-providers$/)
      await page.getByRole('link', { name: 'taken' }).waitFor()
      await page.getByRole('link', { name: 'dex', exact: true }).waitFor({ state: 'detached' })
      expect(await api.list('/identity-providers')).toHaveLength(1)
    } finally {
      await dex.stop()
    }
  },
  { variables: { SLIPWAY_OUTBOUND_ALLOWED_NETWORKS: '127.0.0.0/8' } },
)
