// Ordering: a letter is ordered by the form, planned, confirmed and applied by real OpenTofu; what stands on it goes stale when
// it changes, and follows.
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Api } from './harness/api'
import { connect, modules, template, variables, version } from './harness/catalog'
import { flow } from './harness/flow'
import { Gitea } from './harness/gitea'
import { ORGANIZATION } from './harness/stage'

const FILES = {
  'modules/letter/main.tf': `variable "greeting" {
  type        = string
  description = "How it begins."
}

variable "copies" {
  type    = number
  default = 1
}

variable "seal" {
  type      = string
  sensitive = true
  default   = "wax"
}

resource "terraform_data" "letter" {
  input = "\${var.greeting}, \${var.copies} times"
}

output "text" {
  value = terraform_data.letter.output
}

output "seal" {
  value     = var.seal
  sensitive = true
}
`,
  'modules/box/main.tf': `variable "letter" {
  type = string
}

resource "terraform_data" "box" {
  input = var.letter
}

output "content" {
  value = terraform_data.box.output
}
`,
}

flow(
  'ordering',
  async (stage) => {
    const { page } = await stage.administrator()
    const api = await stage.apiWithOrganization()
    const gitea = new Gitea(join(stage.folder, 'gitea'))
    try {
      await gitea.start()
      await publish(api, gitea)

      // The first: its form says where each value is from, and the command beside it the same.
      await page.goto(`/app/${ORGANIZATION}/resources`)
      await page.getByText('Nothing was ordered yet').waitFor()
      await stage.look(page, '1-nothing')
      await page.getByRole('link', { name: 'Order a resource' }).click()
      await page.getByRole('link', { name: 'Letter', exact: true }).click()
      await page.getByLabel('Name', { exact: true }).fill('hello')
      await page.getByText(/more variables/).click()
      await page.getByText('module default').first().waitFor()
      stage.allow(/POST .*resources 422/)
      await page.getByRole('button', { name: /^Plan/ }).click()
      await page.locator('[aria-invalid=true]').first().waitFor()
      await stage.look(page, '2-not-accepted')
      await page.getByLabel('greeting', { exact: true }).fill('Hello')
      await page.getByText(/--set greeting=Hello/).waitFor()
      await stage.look(page, '3-order')
      await page.getByRole('button', { name: 'Plan hello' }).click()
      await page.waitForURL(/\/resources\/res-/)
      const letter = page.url()

      // Its plan waits; what is applied is exactly that.
      const confirm = page.getByRole('button', { name: 'Confirm and apply' })
      await confirm.waitFor({ timeout: 90_000 })
      await page.getByRole('link', { name: 'Look at the whole plan' }).waitFor()
      await stage.look(page, '4-waits')
      await confirm.click()
      const outputs = page.getByRole('table', { name: 'Outputs' })
      await outputs.getByText('Hello, 1 times').waitFor({ timeout: 90_000 })
      await page.getByText('Provisioned', { exact: true }).first().waitFor()
      await stage.look(page, '5-provisioned')
      await page.getByRole('button', { name: 'Reveal seal…' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Reveal', exact: true }).click()
      await outputs.getByText('wax', { exact: true }).waitFor()

      // A box that stands on it.
      await page.goto(`/app/${ORGANIZATION}/resources/new?template=box`)
      await page.getByLabel('Name', { exact: true }).fill('crate')
      await page.getByLabel('letter', { exact: true }).first().click()
      await page.getByRole('option', { name: /hello/ }).click()
      await page.getByText('hello.text').waitFor()
      await page.getByLabel(/^Apply its plan/).check()
      await stage.look(page, '6-on-another')
      await page.getByRole('button', { name: 'Plan crate' }).click()
      await page.waitForURL(/\/resources\/res-/)
      const box = page.url()
      await outputs.getByText('Hello, 1 times').waitFor({ timeout: 90_000 })

      // The letter changes: the box is stale, says why, and follows.
      await page.goto(`${letter}/edit`)
      await page.getByLabel('greeting', { exact: true }).fill('Good morning')
      await page.getByLabel(/^Reason/).fill('Too short')
      await stage.look(page, '7-change')
      await page.getByRole('button', { name: 'Plan the change' }).click()
      await page.getByText('“Too short”').waitFor()
      await confirm.waitFor({ timeout: 90_000 })
      await stage.look(page, '8-change-waits')
      await confirm.click()
      await outputs.getByText('Good morning, 1 times').waitFor({ timeout: 90_000 })
      await page.getByRole('navigation', { name: 'What stands on hello' }).getByText('Stale').waitFor()
      await page.goto(box)
      await page.getByText(/The output text of hello changed/).waitFor()
      await stage.look(page, '9-stale')
      await page.getByRole('button', { name: 'Bring up to date…' }).click()
      await page.getByRole('dialog').getByLabel(/^Apply its plan/).check()
      await page.getByRole('dialog').getByRole('button', { name: 'Plan it' }).click()
      await outputs.getByText('Good morning, 1 times').waitFor({ timeout: 90_000 })

      // What it was, and all changes.
      await page.goto(`${letter}/revisions`)
      await page.getByRole('button', { name: 'Have revision 1 again…' }).waitFor()
      await stage.look(page, '10-revisions')
      await page.goto(`${letter}/values`)
      await page.getByRole('table', { name: 'Values' }).getByText('module default').first().waitFor()
      await stage.look(page, '11-values')
      await page.goto(`/app/${ORGANIZATION}/resources/changes?status=applied`)
      await page.getByRole('table', { name: 'Changes' }).getByRole('link', { name: 'crate' }).first().waitFor()
      await stage.look(page, '12-changes')
      await page.goto(`/app/${ORGANIZATION}/resources`)
      await page.getByRole('table', { name: 'Resources' }).getByRole('link', { name: 'hello' }).waitFor()
      expect(await page.getByRole('table', { name: 'Resources' }).getByRole('row').count()).toBe(3)
      await stage.look(page, '13-resources')
      await page.getByRole('button', { name: 'Picture' }).click()
      const picture = page.getByRole('group', { name: 'Resources, and what they stand on' })
      await picture.getByRole('link', { name: 'hello' }).focus()
      await page.keyboard.press('ArrowRight')
      await picture.getByText('It stands on hello.').waitFor({ state: 'attached' })
      await stage.look(page, '14-picture')
      await page.keyboard.press('Enter')
      await page.waitForURL(box)
    } finally {
      await gitea.stop()
    }
  },
  { variables },
)

/** Two templates, each with an active version of a module of a repository. */
async function publish(api: Api, gitea: Gitea) {
  await modules(gitea, FILES)
  await connect(api, gitea)
  await template(api, 'letter', { description: 'Something to read.' })
  await template(api, 'box', { parents: [{ template: 'letter' }] })
  await version(api, 'letter')
  await version(api, 'box', 'v1.0.0', [{ name: 'letter', reference: { template: 'letter', output: 'text' } }])
}
