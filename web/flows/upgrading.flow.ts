// An upgrade that breaks something: a version is published whose notes say what, taking every resource to it is refused for what
// is missing, one is taken there by hand, and what stands on it follows by itself.
import { join } from 'node:path'
import { expect } from 'vitest'
import { connect, modules, order, release, template, variables, version } from './harness/catalog'
import { flow } from './harness/flow'
import { Gitea } from './harness/gitea'
import { ORGANIZATION } from './harness/stage'

const HOME = `/app/${ORGANIZATION}`

const letter = (asked: string, text: string, more = '') => `variable "greeting" {
  type = string
}
${asked}
resource "terraform_data" "letter" {
  input = "${text}"
}

output "text" {
  value = terraform_data.letter.output
}
${more}`

const COPIES = `
variable "copies" {
  type    = number
  default = 1
}
`

const SIGNATURE = `
variable "signature" {
  type        = string
  description = "Who wrote it."
}
`

const PAGES = `
output "pages" {
  value = var.copies
}
`

const FILES = {
  'modules/letter/main.tf': letter(COPIES, '${var.greeting}, ${var.copies} times', PAGES),
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
  'upgrading',
  async (stage) => {
    const dana = await stage.administrator()
    const { page } = dana
    const api = await stage.apiWithOrganization()
    const gitea = new Gitea(join(stage.folder, 'gitea'))
    try {
      await gitea.start()
      const work = await modules(gitea, FILES)
      await release(gitea, work, 'v2.0.0', { 'modules/letter/main.tf': letter(SIGNATURE, '${var.greeting}, from ${var.signature}') }, 'Letters are signed')
      await connect(api, gitea)
      const letters = await template(api, 'letter', { description: 'Something to read.' })
      await template(api, 'box', { parents: [{ template: 'letter' }] })
      await version(api, 'letter')
      await version(api, 'box', 'v1.0.0', [{ name: 'letter', reference: { template: 'letter', output: 'text' } }])
      const [hello] = await Promise.all([order(api, 'letter', 'hello', { greeting: 'Hello', copies: 2 }), order(api, 'letter', 'bye', { greeting: 'Bye' })])
      const crate = await order(api, 'box', 'crate', {}, [hello])

      // What stands on something that changes follows, in this project.
      await page.goto(`${HOME}/projects`)
      await page.getByRole('table').getByRole('link').first().click()
      const catalog = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Catalog', exact: true }) }).last()
      await catalog.getByRole('button', { name: 'Change' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel(/^It follows/).check()
      await dialog.getByRole('button', { name: 'Save' }).click()
      await catalog.getByText('resources follow by themselves').waitFor()

      // The next version, with what it breaks, in the words of who publishes it as well.
      await page.goto(`${HOME}/templates/${letters}/versions`)
      await page.getByRole('button', { name: 'New version' }).click()
      await dialog.getByLabel('Source code', { exact: true }).click()
      await page.getByRole('option', { name: /modules/ }).first().click()
      await dialog.getByLabel('Tag', { exact: true }).click()
      await page.getByRole('option', { name: /v2\.0\.0/ }).first().click()
      await dialog.getByLabel(/^Directory/).click()
      await page.getByRole('option', { name: /modules\/letter/ }).first().click()
      await dialog.getByRole('button', { name: 'Make version' }).click()
      await page.waitForURL(/\/versions\/scv-/)
      const notes = page.locator('section').filter({ has: page.getByRole('heading', { name: 'For those who use the version before' }) }).last()
      await notes.getByText(/signature/).first().waitFor()
      await notes.getByText(/copies/).first().waitFor()
      await notes.getByText(/pages/).first().waitFor()
      await stage.look(page, '1-notes')
      await notes.getByRole('button', { name: 'Write about it' }).click()
      await notes.getByLabel('In your words').fill('Say who signs each letter: `signature`.\n\nThere is **one copy** of each from now on.')
      await stage.look(page, '2-words')
      await notes.getByRole('button', { name: 'Save' }).click()
      await notes.getByRole('button', { name: 'Edit the words' }).waitFor()
      await notes.getByText('one copy').waitFor()
      await page.getByRole('button', { name: 'Activate', exact: true }).click()
      await page.getByText('recommended', { exact: true }).first().waitFor()
      await stage.look(page, '3-active')

      // All at once: said beforehand what it breaks, and refused for what is missing.
      await page.goto(`${HOME}/templates/${letters}/upgrade`)
      await page.getByText('0 of 2 resources have the recommended version.').waitFor()
      await page.getByText('v2.0.0 breaks something').waitFor()
      await page.getByText('one copy').waitFor()
      await page.getByLabel(/^Apply plans without/).check()
      await stage.look(page, '4-upgrade')
      await page.getByRole('button', { name: 'Plan the upgrade of 2 resources' }).click()
      await page.waitForURL(/\/workflows\/wf-/)
      await page.getByRole('button', { name: 'Start', exact: true }).click()
      await page.getByText('2 steps failed').waitFor({ timeout: 90_000 })
      await page.getByRole('table', { name: 'Steps' }).getByText(/signature/).first().waitFor()
      await stage.look(page, '5-refused')

      // One by hand: its form asks for what the version wants, and says what goes.
      const box = await dana.tab()
      await box.goto(`${HOME}/resources/${crate}`)
      await box.getByText('Hello, 2 times').waitFor()
      await page.goto(`${HOME}/resources/${hello}/edit`)
      await page.getByLabel('Version', { exact: true }).selectOption({ label: 'v2.0.0 (modules/letter), active, recommended' })
      await page.getByLabel('signature', { exact: true }).waitFor()
      await page.getByText('It does not ask for copies any more').waitFor()
      await stage.look(page, '6-by-hand')
      stage.allow(/PATCH .*resources\/res-\S+ 422/)
      await page.getByRole('button', { name: 'Plan the change' }).click()
      await page.locator('[aria-invalid=true]').first().waitFor()
      await stage.look(page, '7-still-missing')
      await page.getByLabel('signature', { exact: true }).fill('Ada')
      await page.getByLabel(/^Reason/).fill('Signed from now on')
      await page.getByRole('button', { name: 'Plan the change' }).click()
      const confirm = page.getByRole('button', { name: 'Confirm and apply' })
      await confirm.waitFor({ timeout: 90_000 })
      await page.locator('dl').getByText('v2.0.0').waitFor()
      await stage.look(page, '8-change')
      await confirm.click()
      await page.getByRole('table', { name: 'Outputs' }).getByText('Hello, from Ada').waitFor({ timeout: 90_000 })

      // The box follows by itself, where somebody looks.
      await box.getByRole('table', { name: 'Outputs' }).getByText('Hello, from Ada').waitFor({ timeout: 90_000 })
      await stage.look(box, '9-followed')
      await box.goto(`${HOME}/resources/${crate}/revisions`)
      await box.getByText('Revision 2').waitFor()
      await stage.look(box, '10-revisions')
      await page.goto(`${HOME}/templates/${letters}/upgrade`)
      await page.getByText('1 of 2 resources has the recommended version.').waitFor()
      expect(await page.getByRole('table', { name: 'Versions in use' }).getByRole('row').count()).toBe(3)
      await stage.look(page, '11-one-left')
    } finally {
      await gitea.stop()
    }
  },
  { variables },
)
