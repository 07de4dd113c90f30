// An executor: made by a form of its module's variables, run and confirmed, run again by a schedule of its own, changed,
// destroyed, by real OpenTofu; and the end of a resource after a time.
import { join } from 'node:path'
import { flow } from './harness/flow'
import { Gitea } from './harness/gitea'
import { ORGANIZATION } from './harness/stage'
import { until } from './harness/until'

const variables = { SLIPWAY_OUTBOUND_ALLOWED_NETWORKS: '127.0.0.0/8' }
const AT = `/organizations/${ORGANIZATION}`

const FILES = {
  'jobs/backup/main.tf': `variable "bucket" {
  type        = string
  description = "Where backups go."
}

variable "keep" {
  type    = number
  default = 7
}

variable "tables" {
  type    = list(string)
  default = []
}

variable "password" {
  type      = string
  sensitive = true
}

resource "terraform_data" "backup" {
  input = "\${var.bucket}/\${join("-", var.tables)}, the last \${var.keep}"
}

output "archive" {
  value = terraform_data.backup.output
}

output "password" {
  value     = var.password
  sensitive = true
}
`,
}

flow(
  'executors',
  async (stage) => {
    const { page } = await stage.administrator()
    const api = await stage.apiWithOrganization()
    const gitea = new Gitea(join(stage.folder, 'gitea'))
    try {
      await gitea.start()
      await gitea.repository('platform', 'jobs', FILES)
      const settings = { method: 'token', url: gitea.url, token: await gitea.token() }
      const integration = await api.post(`${AT}/integrations`, 'integrations', { name: 'forge', kind: 'gitea', settings })
      const source = await api.post(`${AT}/source-codes`, 'source-codes', { identifier: 'platform/jobs', name: 'jobs', 'integration-id': integration.id })
      await until('the repository is read', async () => (await api.get(`/source-codes/${source.id}`)).attributes['synchronized-at'] !== undefined)

      await page.goto(`/app/${ORGANIZATION}/executors`)
      await page.getByText('Nothing is run now and then').waitFor()
      await stage.look(page, '1-nothing')
      await page.getByRole('link', { name: 'New executor' }).click()
      await page.getByLabel('Name', { exact: true }).fill('backup')
      await page.getByLabel('Source code', { exact: true }).click()
      await page.getByRole('option', { name: /jobs/ }).click()
      await page.getByLabel('At a').selectOption('branch')
      await page.getByLabel('Branch', { exact: true }).click()
      await page.getByRole('option', { name: /main/ }).click()
      await page.getByLabel(/^Directory/).click()
      await page.getByRole('option', { name: 'jobs/backup' }).click()
      await page.getByLabel('bucket', { exact: true }).fill('s3://shop')
      await page.getByLabel('password', { exact: true }).fill('hush-1')
      await page.getByText(/more variables/).click()
      await page.getByText(/--var bucket=s3:\/\/shop/).waitFor()
      await stage.look(page, '2-form')
      await page.getByRole('button', { name: 'Create executor' }).click()
      await page.waitForURL(/\/executors\/exe-/)
      const executor = page.url()
      await page.getByText('It was never run.').waitFor()
      await stage.look(page, '3-new')

      // Its plan waits for a yes; what it puts out is there afterwards, and the secret when it is asked for.
      await page.getByRole('button', { name: 'Run now…' }).click()
      await page.getByRole('dialog').getByLabel(/^Message/).fill('Before the move')
      await stage.look(page, '4-run')
      await page.getByRole('dialog').getByRole('button', { name: 'Run it' }).click()
      const confirm = page.getByRole('button', { name: 'Confirm and apply' })
      await confirm.waitFor({ timeout: 90_000 })
      await stage.look(page, '5-waits')
      await confirm.click()
      const outputs = page.getByRole('table', { name: 'Outputs' })
      await outputs.getByText('s3://shop/, the last 7').waitFor({ timeout: 90_000 })
      await page.getByText('Succeeded', { exact: true }).first().waitFor()
      await stage.look(page, '6-succeeded')
      await page.getByRole('button', { name: 'Reveal secrets…' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Reveal', exact: true }).click()
      await outputs.getByText('hush-1').waitFor()

      // Changed: the secret stays.
      await page.goto(`${executor}/edit`)
      await page.getByText(/more variables/).click()
      await page.getByLabel(/^keep/).fill('3')
      await page.getByText(/--hcl keep=3/).waitFor()
      await stage.look(page, '7-change')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.waitForURL(executor)
      await page.getByRole('table', { name: 'Values' }).getByText('keep').waitFor()

      // By a schedule of its own.
      await page.getByRole('navigation', { name: 'Parts of backup' }).getByRole('link', { name: 'Schedules' }).click()
      await page.getByRole('button', { name: 'New schedule' }).click()
      await page.getByRole('dialog').getByText('What this means').or(page.getByRole('dialog').getByRole('list', { name: 'Next times' })).first().waitFor()
      await stage.look(page, '8-schedule')
      await page.getByRole('dialog').getByRole('button', { name: 'Create schedule' }).click()
      await page.getByRole('table', { name: 'Schedules' }).getByText('Run it').waitFor()
      await page.getByRole('table', { name: 'Schedules' }).getByRole('button').first().click()
      await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click()
      await page.getByRole('dialog').getByRole('list', { name: 'Last times' }).getByText('Started').waitFor()
      await page.keyboard.press('Escape')
      await page.goto(executor)
      await outputs.getByText('s3://shop/, the last 3').waitFor({ timeout: 90_000 })

      // And its end.
      await until('the run is over', async () => (await api.get(`/executors/${executor.split('/').at(-1)}`)).attributes['status'] === 'succeeded')
      await page.getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name: 'Destroy everything…' }).click()
      await page.getByRole('dialog').getByLabel(/to confirm/).fill('backup')
      await stage.look(page, '9-destroy')
      await page.getByRole('dialog').getByRole('button', { name: 'Plan its destruction' }).click()
      await confirm.click({ timeout: 90_000 })
      await page.getByText('0 resources', { exact: true }).waitFor({ timeout: 90_000 })
      await page.getByRole('navigation', { name: 'Parts of backup' }).getByRole('link', { name: 'Runs' }).click()
      await page.getByRole('table', { name: 'Runs' }).getByRole('link', { name: 'Before the move' }).waitFor()
      await stage.look(page, '10-runs')
      await page.goto(`/app/${ORGANIZATION}/executors`)
      await page.getByRole('table', { name: 'Executors' }).getByRole('link', { name: 'backup' }).waitFor()
      await stage.look(page, '11-executors')
    } finally {
      await gitea.stop()
    }
  },
  { variables },
)
