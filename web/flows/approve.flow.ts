// A second person's yes for what is ordered: a rule wants one of the platform team, who finds what waits, looks at its fields and
// its real plan, and approves or rejects, while whoever ordered follows it on the page that he has open.
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Api } from './harness/api'
import { connect, modules, template, variables, version } from './harness/catalog'
import { flow } from './harness/flow'
import { Gitea } from './harness/gitea'
import { ORGANIZATION, type Stage } from './harness/stage'

const HOME = `/app/${ORGANIZATION}`
const AT = `/organizations/${ORGANIZATION}`

const FILES = {
  'modules/database/main.tf': `variable "size" {
  type        = number
  description = "Gigabytes."
}

variable "region" {
  type    = string
  default = "north"
}

resource "terraform_data" "database" {
  input = "\${var.size} GB in \${var.region}"
}

output "address" {
  value = "\${terraform_data.database.output}"
}
`,
}

flow(
  'approve',
  async (stage) => {
    const dana = await stage.administrator()
    const api = await stage.apiWithOrganization()
    const gitea = new Gitea(join(stage.folder, 'gitea'))
    try {
      await gitea.start()
      await modules(gitea, FILES)
      await connect(api, gitea)
      await template(api, 'database', { description: 'Tables and rows.' })
      await version(api, 'database')
      const dev = (await stage.member(api, 'dev', 'write')).page
      const pat = (await stage.member(api, 'pat', 'maintain')).page
      const pia = (await stage.member(api, 'pia', 'maintain')).page
      await team(api, ['pat', 'pia'])

      // The rule, of the template: one of the platform team, and never who asked.
      const admin = dana.page
      await admin.goto(`${HOME}/settings/approval-rules`)
      await admin.getByRole('button', { name: 'New rule' }).first().click()
      const dialog = admin.getByRole('dialog')
      await dialog.getByLabel('Name', { exact: true }).fill('databases')
      await dialog.getByLabel(/^Template/).click()
      await admin.getByRole('option', { name: /database/ }).click()
      await dialog.getByLabel(/^Teams/).click()
      await admin.getByRole('option', { name: 'platform' }).click()
      await admin.keyboard.press('Escape')
      await dialog.getByText(/--template database/).waitFor()
      await stage.look(admin, '1-rule')
      await dialog.getByRole('button', { name: 'Create rule' }).click()
      await admin.getByRole('table', { name: 'Approval rules' }).getByRole('link', { name: 'databases' }).waitFor()
      await stage.look(admin, '2-rules')

      // A developer orders: it says for whose yes it waits, and that his own does not count.
      await ordered(dev, 'orders', '20', 'For the shop')
      await dev.getByText('Waits for one approval of team platform by the rule databases.').first().waitFor({ timeout: 90_000 })
      await dev.getByText(/Whoever holds resource.approve|This needs resource.approve/).first().waitFor()
      expect(await dev.getByRole('button', { name: 'Approve', exact: true }).count()).toBe(0)
      await stage.look(dev, '3-waits')

      // Found by the other, who has it on the start page, and among the changes.
      await pat.goto(HOME)
      await pat.getByText(/^1 thing waits for you/).waitFor()
      await pat.getByRole('navigation').getByTitle('1 waiting for you').waitFor()
      await stage.look(pat, '4-start')
      await pat.getByRole('link', { name: 'Resources', exact: true }).click()
      await pat.getByRole('link', { name: /^Changes/ }).first().click()
      await pat.getByRole('table', { name: 'Changes' }).waitFor()
      await pat.goto(`${HOME}/resources/changes?mine=decide`)
      await stage.look(pat, '5-changes')
      await pat.getByRole('table', { name: 'Changes' }).getByRole('link', { name: 'orders' }).click()
      const approvals = approvalsOn(pat)
      await approvals.waitFor()
      await pat.getByRole('link', { name: 'Look at the whole plan' }).waitFor()
      await stage.look(pat, '6-review')
      await pat.getByRole('link', { name: 'Look at the whole plan' }).click()
      await pat.getByText('terraform_data.database').first().waitFor()
      await stage.look(pat, '7-plan')
      await pat.goBack()

      // Approved; the page of the developer follows by itself, to the end.
      await approvals.getByLabel('Why, for the others').fill('Small enough')
      await approvals.getByRole('button', { name: 'Approve', exact: true }).click()
      await dev.getByText('Provisioned', { exact: true }).first().waitFor({ timeout: 90_000 })
      await dev.getByRole('table', { name: 'Outputs' }).getByText('20 GB in north').waitFor()
      await stage.look(dev, '8-provisioned')
      await pat.goto(HOME)
      await pat.getByText('Nothing waits for you.').waitFor()
      await stage.look(pat, '9-nothing-waits')

      // Nobody approves what he asked for himself, also of the team.
      await ordered(pat, 'mine', '5', '')
      await approvals.waitFor({ timeout: 90_000 })
      const approve = approvals.getByRole('button', { name: 'Approve', exact: true })
      expect(await approve.getAttribute('aria-disabled')).toBe('true')
      await approve.hover()
      await pat.getByRole('tooltip').getByText('You asked for this yourself: somebody else has to approve it.').waitFor()
      await stage.look(pat, '10-not-oneself')
      await pat.getByRole('button', { name: 'Take it back' }).click()
      await pat.getByText('Change 1 was taken back').or(pat.getByText('Order 1 was taken back')).waitFor()
      await stage.look(pat, '11-taken-back')

      // A second order is too large: rejected, with a reason that the developer reads.
      await ordered(dev, 'archive', '9000', 'Everything there ever was')
      await dev.getByText('Waits for one approval of team platform by the rule databases.').first().waitFor({ timeout: 90_000 })
      await pat.goto(HOME)
      await pat.getByRole('link', { name: 'Review' }).click()
      await approvals.getByLabel('Why, for the others').fill('Nine terabytes? Let us talk first')
      await approvals.getByRole('button', { name: 'Reject', exact: true }).click()
      await dev.getByText(/Rejected by pat \("Nine terabytes\? Let us talk first"\)/).waitFor()
      await stage.look(dev, '12-rejected')
      await dev.getByRole('link', { name: 'Look at it' }).click()
      await dev.getByText(/Rejected by pat/).first().waitFor()
      await stage.look(dev, '13-rejected-change')

      // Who lost the role meanwhile is told so, on the page that he has open.
      await dev.goto(`${HOME}/resources`)
      await dev.getByRole('table', { name: 'Resources' }).getByRole('link', { name: 'orders' }).click()
      await dev.getByRole('link', { name: 'Change', exact: true }).click()
      await dev.getByLabel('size', { exact: true }).fill('40')
      await dev.getByRole('button', { name: 'Plan the change' }).click()
      await pia.goto(HOME)
      await pia.getByRole('link', { name: 'Review' }).click({ timeout: 90_000 })
      const hers = approvalsOn(pia)
      await hers.getByRole('button', { name: 'Approve', exact: true }).waitFor()
      await stage.look(pia, '14-change-waits')
      await demote(api, 'pia')
      await pia.getByText(/This needs resource.approve in its project, which none of your roles gives/).waitFor()
      expect(await hers.getByRole('button', { name: 'Approve', exact: true }).count()).toBe(0)
      await stage.look(pia, '15-lost-the-role')
      await refused(stage, pia)
    } finally {
      await gitea.stop()
    }
  },
  { variables },
)

type Page = Awaited<ReturnType<Stage['visitor']>>['page']

/** Where the rules stand, and where one says yes or no. */
function approvalsOn(page: Page) {
  return page.locator('section').filter({ has: page.getByRole('heading', { name: /^Approvals/ }) }).last()
}

/** Orders a database by the form. */
async function ordered(page: Page, name: string, size: string, reason: string) {
  await page.goto(`${HOME}/resources/new?template=database`)
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('size', { exact: true }).fill(size)
  await page.getByLabel(/^Reason/).fill(reason)
  await page.getByRole('button', { name: `Plan ${name}` }).click()
  await page.waitForURL(/\/resources\/res-/)
}

async function team(api: Api, members: readonly string[]) {
  const { id } = await api.post(`${AT}/teams`, 'teams', { name: 'platform', visibility: 'organization' })
  await api.request('POST', `/teams/${id}/relationships/users`, { data: members.map((name) => ({ type: 'users', id: name })) })
}

/** From now on this person may look only. */
async function demote(api: Api, name: string) {
  const held = (await api.list(`${AT}/role-assignments`)).find(({ attributes }) => attributes['subject-name'] === name && attributes['role'] === 'maintain')
  if (!held) throw new Error(`${name} does not maintain anything`)
  await api.post(`${AT}/role-assignments`, 'role-assignments', { subject: held.attributes['subject'], role: 'read', scope: ORGANIZATION })
  const taken = await api.request('DELETE', `/role-assignments/${held.id}`)
  if (!taken.ok) throw new Error(`the role stays: ${taken.status} ${await taken.text()}`)
}

/** What the page does not offer any more is refused without the page, too. */
async function refused(stage: Stage, page: Page) {
  stage.allow(/actions\/approve 403/)
  const answer = await page.evaluate(async (organization) => {
    const session = await (await fetch('/api/v2/account/session')).json()
    const headers = { 'content-type': 'application/vnd.api+json', 'x-csrf-token': session.data.attributes['csrf-token'] }
    const changes = await (await fetch(`/api/v2/organizations/${organization}/resource-changes?filter[status]=waiting`)).json()
    const response = await fetch(`/api/v2/resource-changes/${changes.data[0].id}/actions/approve`, { method: 'POST', headers, body: '{}' })
    return { status: response.status, words: await response.text() }
  }, ORGANIZATION)
  expect(answer.status).toBe(403)
  expect(answer.words).toContain('resource.approve')
}
