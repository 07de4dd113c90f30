// A folder dragged onto the page for a new workspace, and one chosen: what .terraformignore names is never uploaded.
import { join } from 'node:path'
import { expect } from 'vitest'
import { configuration } from './harness/api'
import { dragFolder } from './harness/drop'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'

/** Its outputs say what of it arrived. */
function folder(place: string): string {
  return configuration(join(place, 'garden'), {
    'main.tf': `module "bed" {
  source = "./modules/bed"
}

output "files" {
  value = join(" ", sort(fileset(path.module, "{notes,secrets,many}/**")))
}

output "bed" {
  value = module.bed.name
}
`,
    'modules/bed/main.tf': 'resource "terraform_data" "bed" {\n  input = "roses"\n}\n\noutput "name" {\n  value = terraform_data.bed.output\n}\n',
    '.terraformignore': '# what others may not see\nsecrets/\n!secrets/readme.md\n*.key\nmany/\n',
    'notes/plan.md': 'Two beds.\n',
    'notes/door.key': 'nobody-may-see-this\n',
    'secrets/password.txt': 'nobody-may-see-this\n',
    'secrets/readme.md': 'There are secrets here.\n',
    '.git/config': '[core]\n',
    '.terraform/providers/large': 'x',
    // A browser lists a folder a hundred entries at a time.
    ...Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`many/${index}.txt`, String(index)])),
  })
}

const LEFT_OUT = 250 + 3

flow('dropped-folder', async (stage) => {
  const { page } = await stage.administrator()
  await stage.apiWithOrganization()
  const garden = folder(stage.folder)
  await page.goto(`/app/${ORGANIZATION}/new-workspace`)
  await page.getByLabel('Name', { exact: true }).fill('garden')

  // Chosen: the browser lists everything, .git as well.
  await page.getByLabel('Folder with the configuration').setInputFiles(garden)
  await page.getByText('5 files').waitFor()
  await page.getByText(`${LEFT_OUT + 1} left out by .terraformignore`).waitFor()

  // Dragged, and let go beside the field: people do not aim.
  await page.reload()
  await page.getByLabel('Name', { exact: true }).fill('garden')
  const drag = await dragFolder(page, garden, page.getByRole('heading', { level: 1 }))
  await page.getByText('Let go to take the folder').waitFor()
  await stage.look(page, '1-held-over-the-page')
  await drag.drop()
  await page.getByText('5 files').waitFor()
  await page.getByText(`${LEFT_OUT} left out by .terraformignore`).waitFor()
  await stage.glance(page, '2-dropped')
  await page.getByRole('button', { name: 'Create and plan' }).click()

  await page.waitForURL(/\/workspaces\/garden\/runs\/run-/)
  const decision = page.getByRole('region', { name: 'Decision' })
  await decision.waitFor({ timeout: 60_000 })
  await decision.getByRole('button', { name: 'Confirm and apply' }).click()
  await page.getByText('Applied', { exact: true }).first().waitFor({ timeout: 60_000 })
  await page.getByRole('link', { name: 'garden', exact: true }).first().click()
  const outputs = page.getByRole('table', { name: 'Outputs' })
  await outputs.getByText('roses').waitFor()
  await outputs.getByText('notes/plan.md secrets/readme.md', { exact: true }).waitFor()
  expect(await outputs.getByText(/password|door/).count()).toBe(0)
})
