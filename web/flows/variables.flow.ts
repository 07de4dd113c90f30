// Variables: an input, a secret, one that hides what a set gives, and where a value comes from.
import { expect } from 'vitest'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'

const SECRET = 'nobody-may-see-this'

flow('variables', async (stage) => {
  const { page } = await stage.administrator()
  const api = await stage.apiWithOrganization()
  await api.post(`/organizations/${ORGANIZATION}/workspaces`, 'workspaces', { name: 'shop' })
  const set = await api.post(`/organizations/${ORGANIZATION}/varsets`, 'varsets', { name: 'everywhere', global: true })
  await api.post(`/varsets/${set.id}/relationships/vars`, 'vars', { key: 'region', value: 'eu-west-1', category: 'terraform' })
  await api.post(`/varsets/${set.id}/relationships/vars`, 'vars', { key: 'currency', value: 'EUR', category: 'terraform' })

  await page.goto(`/app/${ORGANIZATION}/workspaces/shop/variables`)
  const own = page.getByRole('list', { name: 'Variables of this workspace' })
  const inherited = page.getByRole('list', { name: 'From variable sets' })
  await inherited.getByText('currency').waitFor()
  await stage.look(page, '1-only-from-a-set')

  await page.getByRole('button', { name: 'Add variable' }).first().click()
  await page.getByLabel('Name', { exact: true }).fill('greeting')
  await page.getByLabel('Value', { exact: true }).fill('Hello')
  await stage.look(page, '2-new')
  await page.getByRole('button', { name: 'Add variable' }).last().click()
  await own.getByText('greeting').waitFor()

  await page.getByRole('button', { name: 'Add variable' }).first().click()
  await page.getByLabel('Name', { exact: true }).fill('password')
  await page.getByLabel('Value', { exact: true }).fill(SECRET)
  await page.getByLabel('Sensitive').check()
  await page.getByRole('button', { name: 'Add variable' }).last().click()
  await own.getByText('password').waitFor()
  await page.reload()
  await own.getByText('password').waitFor()
  expect(await page.content()).not.toContain(SECRET)
  // What is refused is said at its field, and stays typed.
  await page.getByRole('button', { name: 'Add variable' }).first().click()
  await page.getByLabel('Name', { exact: true }).fill('not a name')
  await page.getByLabel('Value', { exact: true }).fill('kept')
  stage.allow(/answer: POST .*\/vars 422/)
  await page.getByRole('button', { name: 'Add variable' }).last().click()
  await page.locator('input[aria-invalid=true]').waitFor()
  expect(await page.getByLabel('Value', { exact: true }).inputValue()).toBe('kept')
  await stage.look(page, '3-refused')
  await page.getByRole('button', { name: 'Cancel' }).click()

  await inherited.getByRole('listitem').filter({ hasText: 'region' }).getByRole('button', { name: 'Override' }).click()
  await page.getByLabel('Value', { exact: true }).fill('eu-north-1')
  await page.getByRole('button', { name: 'Add variable' }).last().click()
  await own.getByText('eu-north-1').waitFor()
  await own.getByRole('button', { name: /hides the value of/ }).click()
  await page.getByText(/^Counts: /).waitFor()
  await page.getByText(/^Hidden: .*everywhere/).waitFor()
  await stage.look(page, '4-where-it-comes-from')
})
