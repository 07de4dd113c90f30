// A blueprint: written in the console with its picture beside, looked at, and used by its form; what it describes is made by real
// OpenTofu, each when what it stands on is there.
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Api } from './harness/api'
import { connect, modules, order, template, variables, version } from './harness/catalog'
import { flow } from './harness/flow'
import { Gitea } from './harness/gitea'
import { ORGANIZATION } from './harness/stage'

const AT = `/organizations/${ORGANIZATION}`

const FILES = {
  'modules/letter/main.tf': `variable "greeting" {
  type = string
}

variable "seal" {
  type      = string
  sensitive = true
}

resource "terraform_data" "letter" {
  input = "\${var.greeting}, dear"
}

output "text" {
  value = terraform_data.letter.output
}
`,
  'modules/box/main.tf': `variable "letter" {
  type = string
}

variable "size" {
  type    = number
  default = 1
}

resource "terraform_data" "box" {
  input = "\${var.letter} in a box of \${var.size}"
}

output "content" {
  value = terraform_data.box.output
}
`,
}

const POST = `name: post
description: A letter, and boxes for it and for one that is there
constants:
  - name: greeting
    description: How the letter begins
externals:
  - name: older
    template: letter
parts:
  - name: answer
    template: letter
  - name: crate
    template: box
    stands-on: [answer]
    values: {size: 3}
  - name: archive
    template: box
    stands-on: [older]
wires:
  - {from: {constant: greeting}, to: {part: answer, variable: greeting}}
  - {from: {part: answer, output: text}, to: {part: crate, variable: letter}}
  - {from: {external: older, output: text}, to: {part: archive, variable: letter}}
`

flow(
  'blueprints',
  async (stage) => {
    const { page } = await stage.administrator()
    const api = await stage.apiWithOrganization()
    const gitea = new Gitea(join(stage.folder, 'gitea'))
    try {
      await gitea.start()
      await publish(api, gitea)
      await order(api, 'letter', 'hello', { greeting: 'Hello', seal: 'wax' })

      // Written: what is wrong stands beside it, with its line.
      await page.goto(`/app/${ORGANIZATION}/blueprints`)
      await page.getByText('No blueprints yet').waitFor()
      await stage.look(page, '1-nothing')
      await page.getByRole('link', { name: 'New blueprint' }).click()
      stage.allow(/POST .*blueprints 422/)
      await page.getByLabel('Its file').fill(POST.replace('output: text}, to: {part: crate', 'output: words}, to: {part: crate'))
      await page.getByRole('group', { name: 'What is written so far' }).waitFor()
      await page.getByRole('button', { name: 'Create blueprint' }).click()
      await page.getByText(/line 21/).waitFor()
      await stage.look(page, '2-wrong')
      // As a file of the catalog has it.
      const file = { name: 'post.yaml', mimeType: 'application/yaml', buffer: Buffer.from(`kind: blueprint\n${POST}`) }
      await page.getByLabel('File of a blueprint').setInputFiles(file)
      await page.getByRole('button', { name: 'Create blueprint' }).click()
      await page.waitForURL(/\/blueprints\/bp-/)
      const blueprint = page.url()
      const picture = page.getByRole('group', { name: 'Parts of post' })
      await picture.getByRole('link', { name: /crate/ }).click()
      await page.getByText('answer.text').waitFor()
      await stage.look(page, '3-picture')
      await page.goto(`${blueprint}?view=list`)
      await page.getByRole('table', { name: 'Parts' }).waitFor()
      await stage.look(page, '4-list')

      // As a file again: what the command line takes changes nothing.
      await page.getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name: 'As a file…' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByText('slipway catalog apply -f post.yaml').waitFor()
      await stage.look(page, '4b-file')
      const downloading = page.waitForEvent('download')
      await dialog.getByRole('button', { name: 'Download post.yaml' }).click()
      const kept = join(stage.folder, 'post.yaml')
      await (await downloading).saveAs(kept)
      expect(await api.slipway(stage.folder, 'catalog', 'apply', '-f', kept, '--organization', ORGANIZATION)).not.toMatch(/create|update/i)
      await page.keyboard.press('Escape')

      // Used: a value, a resource that is there, a secret.
      await page.getByRole('link', { name: 'Use it' }).click()
      await page.getByLabel('older', { exact: true }).click()
      await page.getByRole('option', { name: /hello/ }).click()
      await page.locator('[name="constants/greeting"]').fill('Good morning')
      await page.getByLabel('seal', { exact: true }).fill('wax-2')
      await page.getByLabel(/^Name of crate/).fill('big-box')
      await page.getByLabel(/^Apply plans without/).check()
      await page.getByText(/--external older=letter\/hello/).waitFor()
      await stage.look(page, '5-use')
      await page.getByRole('button', { name: 'Plan 3 resources' }).click()
      await page.waitForURL(/\/workflows\/wf-/)
      await page.getByText('Nothing was started yet').waitFor()
      await stage.look(page, '6-planned')
      await page.getByRole('button', { name: 'Start', exact: true }).click()
      await page.getByText('3 of 3 done').waitFor({ timeout: 90_000 })
      await stage.look(page, '7-made')
      await page.goto(`/app/${ORGANIZATION}/resources`)
      await page.getByRole('table', { name: 'Resources' }).getByRole('link', { name: 'big-box' }).click()
      await page.getByText('Good morning, dear in a box of 3').waitFor()

      // Changed, and what it made taken away.
      await page.goto(`${blueprint}/edit`)
      const text = page.getByLabel('Its file')
      await text.fill((await text.inputValue()).replace('size: 3', 'size: 5'))
      await stage.look(page, '8-change')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.waitForURL(blueprint)
      const [used] = await api.list(`${AT}/workflows`)
      await page.goto(`/app/${ORGANIZATION}/workflows/${used?.id}`)
      await page.getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name: 'Destroy what it made…' }).click()
      await page.getByRole('table', { name: 'What goes' }).getByRole('link', { name: 'big-box' }).waitFor()
      await stage.look(page, '9-away')
      expect(await page.getByRole('table', { name: 'What goes' }).getByRole('link', { name: 'hello' }).count()).toBe(0)
    } finally {
      await gitea.stop()
    }
  },
  { variables },
)

/** Two templates, each with an active version. */
async function publish(api: Api, gitea: Gitea) {
  await modules(gitea, FILES)
  await connect(api, gitea)
  for (const key of ['letter', 'box']) {
    await template(api, key, { name: key, parents: key === 'box' ? [{ template: 'letter' }] : [] })
    await version(api, key)
  }
}
