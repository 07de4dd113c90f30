// A service: a template is offered, ordered from by the form, an app is bound to what was ordered, and what that would break keeps it
// from being deleted until nothing is bound to it.
import { join } from 'node:path'
import { expect } from 'vitest'
import { connect, modules, template, variables, version } from './harness/catalog'
import { flow } from './harness/flow'
import { Gitea } from './harness/gitea'
import { ORGANIZATION } from './harness/stage'

const FILES = {
  'modules/database/main.tf': `variable "size" {
  type    = number
  default = 20
}

resource "terraform_data" "database" {
  input = "db://orders?size=\${var.size}"
}

output "url" {
  value = terraform_data.database.output
}

output "password" {
  value     = "hush"
  sensitive = true
}
`,
}

flow(
  'services',
  async (stage) => {
    const dana = await stage.administrator()
    const { page } = dana
    const api = await stage.apiWithOrganization()
    const gitea = new Gitea(join(stage.folder, 'gitea'))
    try {
      await gitea.start()
      await modules(gitea, FILES)
      await connect(api, gitea)
      await template(api, 'database', { description: 'PostgreSQL for one app.' })
      await version(api, 'database')
      const app = await api.post(`/organizations/${ORGANIZATION}/apps`, 'apps', { name: 'shop' })

      await page.goto(`/app/${ORGANIZATION}/services`)
      await page.getByText('No service is offered yet').waitFor()
      await stage.look(page, '1-none')
      const dialog = page.getByRole('dialog')
      await page.getByRole('button', { name: 'Offer a service…' }).click()
      await dialog.getByLabel('Name', { exact: true }).fill('postgres')
      await dialog.getByLabel('Template').fill('data')
      await page.getByRole('option', { name: /database/ }).click()
      await dialog.getByLabel(/^Outputs/).fill('url=DATABASE_URL\npassword=DATABASE_PASSWORD')
      await stage.look(page, '2-offer')
      await dialog.getByRole('button', { name: 'Offer it' }).click()
      await page.getByRole('table', { name: 'Services' }).getByText('DATABASE_URL').waitFor()
      await stage.look(page, '3-offered')

      // Ordered by the form of its template.
      await page.getByRole('link', { name: 'Order', exact: true }).click()
      await page.getByRole('heading', { name: 'Order from postgres' }).waitFor()
      await page.getByLabel('Name', { exact: true }).fill('orders-db')
      await page.getByLabel(/^size/).fill('40')
      await page.getByText(/service-instance create orders-db/).waitFor()
      await page.getByLabel(/^Apply its plan/).check()
      await stage.look(page, '4-order')
      await page.getByRole('button', { name: 'Plan orders-db' }).click()
      await page.waitForURL(/\/services\/instances\/si-/)
      const instance = page.url()
      await page.getByText('Nothing is bound to it').waitFor()

      // Bound before it is there: the app is given its values once they are known.
      await page.getByRole('button', { name: 'Bind an app…' }).first().click()
      await dialog.getByLabel('App', { exact: true }).fill('sho')
      await page.getByRole('option', { name: /shop/ }).click()
      await stage.look(page, '5-bind')
      await dialog.getByRole('button', { name: 'Bind it' }).click()
      await page.getByRole('table', { name: 'Bound to it' }).getByRole('link', { name: 'shop' }).waitFor()
      await page.getByText('Provisioned', { exact: true }).first().waitFor({ timeout: 90_000 })
      await stage.look(page, '6-bound')
      await page.getByRole('link', { name: 'Its binds' }).click()
      const binds = page.getByRole('table', { name: 'Binds' })
      await binds.getByText('DATABASE_PASSWORD').waitFor({ timeout: 30_000 })
      await binds.getByText('Bound', { exact: true }).waitFor({ timeout: 30_000 })
      await page.getByRole('navigation', { name: 'Parts of shop' }).getByRole('link', { name: 'Variables' }).click()
      await page.getByRole('table', { name: 'Variables', exact: true }).getByText('DATABASE_URL').waitFor({ timeout: 30_000 })

      // What would break is said, and nothing happens.
      await page.goto(instance)
      const askToDelete = async () => {
        await page.getByRole('button', { name: 'More actions' }).click()
        await page.getByRole('menuitem', { name: 'Delete…' }).click()
        await dialog.waitFor()
      }
      await askToDelete()
      await dialog.getByText('shop is bound to orders-db and would lose its values. Unbind it there first.').first().waitFor()
      await stage.look(page, '7-would-break')
      expect(await dialog.getByRole('button', { name: /^Destroy and delete/ }).getAttribute('aria-disabled')).toBe('true')
      await dialog.getByRole('link', { name: 'What depends on it' }).click()
      await page.getByRole('heading', { name: 'orders-db' }).waitFor()
      await page.getByRole('table', { name: 'Objects' }).getByRole('link', { name: 'shop' }).waitFor()
      await stage.look(page, '8-impact')

      // With nothing bound to it, it goes with what is behind it.
      for (const bind of await api.list(`/apps/${app.id}/binds`)) expect((await api.request('DELETE', `/app-binds/${bind.id}`)).status).toBe(204)
      await page.goto(instance)
      await page.getByText('Nothing is bound to it').waitFor()
      await askToDelete()
      await dialog.getByLabel(/to confirm/).fill('orders-db')
      await dialog.getByLabel(/^Apply its plan/).check()
      await dialog.getByRole('button', { name: 'Destroy and delete' }).click()
      await page.waitForURL(/\/services\/instances$/)
      await page.getByText('Nothing was ordered yet').waitFor({ timeout: 90_000 })
      await page.goto(`/app/${ORGANIZATION}/services`)
      await page.getByRole('button', { name: 'Stop offering postgres' }).click()
      await dialog.getByRole('button', { name: 'Stop offering it' }).click()
      await page.getByText('No service is offered yet').waitFor()
    } finally {
      await gitea.stop()
    }
  },
  { variables: { ...variables, SLIPWAY_APPS_DOCKER_SOCKET: '/nowhere/docker.sock' } },
)
