// Sending the audit log elsewhere: made, refused at its field, tested, delivered to, failing, changed, deleted.
import { expect } from 'vitest'
import { flow } from './harness/flow'
import { isSigned, Receiver } from './harness/receiver'
import { ORGANIZATION } from './harness/stage'
import { until } from './harness/until'

flow(
  'audit-webhooks',
  async (stage) => {
    const { page } = await stage.administrator()
    const api = await stage.apiWithOrganization()
    const receiver = await Receiver.start()
    try {
      await page.goto(`/app/${ORGANIZATION}/settings/audit`)
      await page.getByText('Events are sent nowhere').waitFor()
      await page.getByRole('button', { name: 'New webhook' }).click()
      const dialog = page.getByRole('dialog')
      const address = dialog.getByLabel('Address')
      await address.fill('ftp://siem.example.com/slipway')
      await dialog.getByLabel('Description').fill('Security operations')
      stage.allow(/answer: POST .*\/audit-webhooks 422/)
      await dialog.getByRole('button', { name: 'Create webhook' }).click()
      // Said at its field, which has the focus; nothing that was typed is lost.
      await dialog.locator('input[aria-invalid=true]').waitFor()
      expect(await address.getAttribute('aria-invalid')).toBe('true')
      await until('the focus is where it is wrong', () => address.evaluate((input) => input === document.activeElement))
      expect(await dialog.getByLabel('Description').inputValue()).toBe('Security operations')
      await stage.glance(page, '1-refused')

      await address.fill(receiver.url)
      await dialog.getByRole('button', { name: 'Create webhook' }).click()
      await dialog.getByText('Copy the secret now').waitFor()
      const secret = (await dialog.locator('[data-secret]').innerText()).trim()
      await stage.look(page, '2-secret')
      await dialog.getByRole('button', { name: 'I have copied it' }).click()
      const row = page.getByRole('row').filter({ hasText: receiver.url })
      const choose = async (item: string) => {
        await row.getByRole('button', { name: /^More for/ }).click()
        await page.getByRole('menuitem', { name: item }).click()
      }

      await choose('Send a test')
      await page.getByText(/^Delivered\. It answered 200/).waitFor()
      // What happens is delivered, signed with the secret that was shown, and seen in the list.
      await api.post(`/organizations/${ORGANIZATION}/workspaces`, 'workspaces', { name: 'shop' })
      const delivery = await until('the event is delivered', () => receiver.deliveries.find(({ body }) => body.includes('workspace.created')))
      expect(isSigned(delivery, secret)).toBe(true)
      await page.reload()
      await row.getByText('Ready', { exact: true }).waitFor()
      await stage.look(page, '3-delivered')

      // The other side fails: the list says so, and why.
      receiver.status = 500
      const before = receiver.deliveries.length
      await api.post(`/organizations/${ORGANIZATION}/workspaces`, 'workspaces', { name: 'office' })
      await until('it was tried', () => receiver.deliveries.length > before)
      await until('the list says so', async () => {
        await page.reload()
        await row.waitFor()
        return row.getByText(/500/).isVisible()
      })
      await stage.glance(page, '4-failing')

      await choose('Edit…')
      receiver.status = 200
      await address.fill(`${receiver.url}/second`)
      await dialog.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('row').filter({ hasText: `${receiver.url}/second` }).waitFor()
      await choose('Turn off')
      await row.getByText('Off', { exact: true }).waitFor()
      await choose('Delete…')
      await stage.glance(page, '5-delete')
      await dialog.getByRole('button', { name: 'Delete webhook' }).click()
      await page.getByText('Events are sent nowhere').waitFor()
    } finally {
      receiver.stop()
    }
  },
  { variables: { SLIPWAY_OUTBOUND_ALLOWED_NETWORKS: '127.0.0.0/8' } },
)
