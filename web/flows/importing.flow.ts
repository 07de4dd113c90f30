// Importing: what a workspace runs already is brought into the catalog with its state. Looked at first, then ordered; nothing is
// made anew.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configuration } from './harness/api'
import { connect, modules, template, variables, version } from './harness/catalog'
import { flow } from './harness/flow'
import { Gitea } from './harness/gitea'
import { ORGANIZATION } from './harness/stage'

const LETTER = `variable "greeting" {
  type        = string
  description = "How it begins."
}

resource "terraform_data" "letter" {
  input = var.greeting
}

output "text" {
  value = terraform_data.letter.output
}
`

/** What somebody runs by hand: the module, and something that is none of it. */
const BY_HAND = {
  'main.tf': 'module "letter" {\n  source   = "./letter"\n  greeting = "Hello"\n}\n\nresource "terraform_data" "desk" {}\n',
  'letter/main.tf': LETTER,
}

flow(
  'importing',
  async (stage) => {
    const { page } = await stage.administrator()
    const api = await stage.apiWithOrganization()
    const gitea = new Gitea(join(stage.folder, 'gitea'))
    try {
      await gitea.start()
      await modules(gitea, { 'modules/letter/main.tf': LETTER })
      await connect(api, gitea)
      await template(api, 'letter', { description: 'Something to read.' })
      await version(api, 'letter')
      const folder = configuration(join(stage.folder, 'by-hand'), BY_HAND)
      await api.slipway(folder, 'init', '--organization', ORGANIZATION, '--workspace', 'by-hand', '--create')
      await api.slipway(folder, 'apply', '--auto-approve')

      // From the page where nothing is yet.
      await page.goto(`/app/${ORGANIZATION}/resources`)
      await page.getByRole('link', { name: 'Import what is running' }).click()
      await page.getByRole('link', { name: 'Letter', exact: true }).click()
      const look = page.getByRole('button', { name: 'See what would come of it' })
      await look.waitFor()
      await stage.look(page, '1-import')
      await page.getByLabel('Name', { exact: true }).fill('hello')
      await page.getByLabel('greeting', { exact: true }).fill('Hello')
      await page.getByLabel(`In a workspace of ${ORGANIZATION}`).check()
      await page.getByLabel('Workspace', { exact: true }).click()
      await page.getByRole('option', { name: /by-hand/ }).click()

      // What would be destroyed is refused, with what was probably meant.
      stage.allow(/POST .*resources\/actions\/check 422/)
      await look.click()
      await page.getByText(/What is below module.letter fits/).first().waitFor()
      await stage.look(page, '2-refused')
      await page.getByLabel(/^Call of the module/).fill('module.letter')
      await look.click()
      await page.getByText('1 running resource').waitFor()
      await page.getByText(/The workspace by-hand will be locked/).waitFor()
      await stage.look(page, '3-found')

      // Ordered: its plan has the output that the state did not have, and nothing else.
      await page.getByRole('button', { name: 'Import hello' }).click()
      await page.waitForURL(/\/resources\/res-/)
      const confirm = page.getByRole('button', { name: 'Confirm and apply' })
      await confirm.waitFor({ timeout: 90_000 })
      await page.getByText('1 running resource').waitFor()
      await stage.look(page, '4-waits')
      await confirm.click()
      await page.getByRole('table', { name: 'Outputs' }).getByText('Hello').waitFor({ timeout: 90_000 })
      await page.getByText('Provisioned', { exact: true }).first().waitFor()
      await page.goto(`/app/${ORGANIZATION}/workspaces/by-hand`)
      await page.getByText(/hello manages what is below module.letter now/).first().waitFor()

      // From a file that fits, from the menu of the page.
      const file = join(stage.folder, 'letter.tfstate')
      const pulled = await api.slipway(folder, 'state', 'pull')
      writeFileSync(file, pulled)
      await page.goto(`/app/${ORGANIZATION}/resources`)
      await page.getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name: 'Import what is running…' }).click()
      await page.getByRole('link', { name: 'Letter', exact: true }).click()
      await page.getByLabel('Name', { exact: true }).fill('again')
      await page.getByLabel('greeting', { exact: true }).fill('Good morning')
      await page.locator('input[type=file]').setInputFiles(file)
      await page.getByText('letter.tfstate', { exact: true }).waitFor()
      await look.click()
      await page.getByLabel(/^Destroy what the state has/).check()
      await look.click()
      await page.getByText('Something would be destroyed').waitFor()
      await stage.look(page, '5-destroys')
    } finally {
      await gitea.stop()
    }
  },
  { variables },
)
