// Many resources at once: an upgrade that stops at a step that fails and goes on when it is mended, what stands on them brought
// up to date, and a cascade of destructions, each planned, looked at, started and followed live, by real OpenTofu.
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Api } from './harness/api'
import { connect, modules, order, release, template, variables, version } from './harness/catalog'
import { flow } from './harness/flow'
import { Gitea } from './harness/gitea'
import { ORGANIZATION } from './harness/stage'
import { until } from './harness/until'

const AT = `/organizations/${ORGANIZATION}`

const letter = (rule: string, end: string) => `variable "greeting" {
  type = string
}

variable "copies" {
  type    = number
  default = 1
${rule}}

resource "terraform_data" "letter" {
  input = "\${var.greeting}, \${var.copies} times${end}"
}

output "text" {
  value = terraform_data.letter.output
}
`

const RULE = `
  validation {
    condition     = var.copies < 5
    error_message = "Four copies at most."
  }
`

const FILES = {
  'modules/letter/main.tf': letter('', ''),
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
  'workflows',
  async (stage) => {
    const { page } = await stage.administrator()
    const api = await stage.apiWithOrganization()
    const gitea = new Gitea(join(stage.folder, 'gitea'))
    try {
      await gitea.start()
      const published = await publish(api, gitea)
      const [hello] = await Promise.all([
        order(api, 'letter', 'hello', { greeting: 'Hello' }),
        order(api, 'letter', 'bye', { greeting: 'Bye' }),
        order(api, 'letter', 'many', { greeting: 'Many', copies: 7 }),
      ])
      const crate = await order(api, 'box', 'crate', {}, [hello])
      // The letter's next version has a rule that one letter breaks.
      await version(api, 'letter', 'v2.0.0')

      await page.goto(`/app/${ORGANIZATION}/workflows`)
      await page.getByText('Nothing was done to many resources yet').waitFor()
      await stage.look(page, '1-nothing')

      // The template says how far its resources are; all are taken to the version that is recommended.
      await page.goto(`/app/${ORGANIZATION}/templates/${published}/upgrade`)
      await page.getByText('0 of 3 resources have the recommended version.').waitFor()
      await page.getByLabel('Steps at once').fill('3')
      await page.getByLabel('Stop after failed steps').fill('2')
      await page.getByLabel(/^Reason/).fill('Nobody reads more than four')
      await page.getByLabel(/^Apply plans without/).check()
      await page.getByText(/--stop-after 2/).waitFor()
      await stage.look(page, '2-upgrade')
      await page.getByRole('button', { name: 'Plan the upgrade of 3 resources' }).click()
      await page.waitForURL(/\/workflows\/wf-/)
      await page.getByText('Nothing was started yet').waitFor()
      await stage.look(page, '3-planned')
      await page.getByRole('button', { name: 'Start', exact: true }).click()
      await page.getByText('A step failed').waitFor({ timeout: 90_000 })
      const steps = page.getByRole('table', { name: 'Steps' })
      await page.getByText('2 of 3 done').waitFor()
      await steps.getByText(/does not accept the value of a variable/).waitFor()
      await stage.look(page, '4-failed')
      const failed = page.url()

      // Mended at its resource: the workflow goes on with what is left.
      await mend(api)
      await page.goto(failed)
      await page.getByRole('button', { name: 'Try again what is left' }).click()
      await page.getByText('3 of 3 done').waitFor({ timeout: 90_000 })
      await stage.look(page, '5-done')

      // What stands on a letter is stale now; it is selected in the list and follows.
      await page.goto(`/app/${ORGANIZATION}/resources?stale=true`)
      await page.getByLabel('Select crate').check()
      await stage.look(page, '6-selected')
      await page.getByRole('button', { name: 'Bring up to date…' }).click()
      await page.getByLabel(/^Apply plans without/).check()
      await stage.look(page, '7-refresh')
      await page.getByRole('button', { name: 'Plan the steps' }).click()
      await page.getByRole('button', { name: 'Start', exact: true }).click()
      await page.getByText('1 of 1 done').waitFor({ timeout: 90_000 })
      await until('the crate has the new text', async () => (await content(api, crate)) === 'Hello, 1 times!')

      // A letter goes with the box on it: the box first.
      await page.goto(`/app/${ORGANIZATION}/resources/${hello}`)
      await page.getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name: 'Destroy with everything on it…' }).click()
      await page.getByRole('heading', { name: /Destroy hello and what stands on it/ }).waitFor()
      await page.getByRole('table', { name: 'What goes' }).getByRole('link', { name: 'crate' }).waitFor()
      await page.getByLabel(/^Apply plans without/).check()
      await stage.look(page, '8-destroy')
      await page.getByRole('button', { name: 'Plan the steps' }).click()
      await page.getByRole('group', { name: 'Steps, in their order' }).waitFor()
      await stage.look(page, '9-cascade')
      await page.getByRole('button', { name: 'Start…' }).click()
      await page.getByRole('dialog').getByRole('textbox').fill('destroy 2')
      await stage.look(page, '10-sure')
      await page.getByRole('dialog').getByRole('button', { name: 'Start', exact: true }).click()
      await page.getByText('2 of 2 done').waitFor({ timeout: 90_000 })
      await stage.look(page, '11-destroyed')
      expect(await statesOf(api)).toEqual({ bye: 'provisioned', crate: 'destroyed', hello: 'destroyed', many: 'provisioned' })
      await listed(page)
      await stage.look(page, '12-workflows')
    } finally {
      await gitea.stop()
    }
  },
  { variables },
)

async function listed(page: Page) {
  await page.goto(`/app/${ORGANIZATION}/workflows`)
  const table = page.getByRole('table', { name: 'Workflows' })
  await table.getByRole('link', { name: /^Destroy hello/ }).waitFor()
  expect(await table.getByRole('row').count()).toBe(4)
}

/** Two templates, each with an active version of a module; the id of the letter's. */
async function publish(api: Api, gitea: Gitea): Promise<string> {
  const work = await modules(gitea, FILES)
  await release(gitea, work, 'v2.0.0', { 'modules/letter/main.tf': letter(RULE, '!') }, 'Four copies at most')
  await connect(api, gitea)
  const id = await template(api, 'letter', { description: 'Something to read.' })
  await template(api, 'box', { parents: [{ template: 'letter' }] })
  await version(api, 'letter')
  await version(api, 'box', 'v1.0.0', [{ name: 'letter', reference: { template: 'letter', output: 'text' } }])
  return id
}

/** The change that failed is taken back, and what was wrong is changed. */
async function mend(api: Api) {
  const many = (await api.list(`${AT}/resources?search[text]=many`))[0]
  const change = many?.relationships?.['change']?.data?.id
  if (!many || !change) throw new Error('no change of many is open')
  const canceled = await api.request('POST', `/resource-changes/${change}/actions/cancel`, { comment: '' })
  if (!canceled.ok) throw new Error(`cancel: ${canceled.status} ${await canceled.text()}`)
  await until('the change is over', async () => !(await api.get(`/resources/${many.id}`)).relationships?.['change']?.data)
  await api.patch(`/resources/${many.id}`, 'resources', { values: { greeting: 'Many', copies: 4 }, 'auto-apply': true })
  await until('many is mended', async () => (await api.get(`/resources/${many.id}`)).attributes['revision'] === 2, 90_000)
}

async function content(api: Api, resource: string): Promise<unknown> {
  const { outputs } = (await api.get(`/resources/${resource}/outputs`)).attributes as { outputs: readonly { name: string; value: unknown }[] }
  return outputs.find(({ name }) => name === 'content')?.value
}

async function statesOf(api: Api): Promise<Readonly<Record<string, unknown>>> {
  const found = await api.list(`${AT}/resources?sort=name`)
  return Object.fromEntries(found.map(({ attributes }) => [attributes['name'], attributes['state']]))
}
