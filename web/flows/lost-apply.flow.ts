// The runner dies while it applies, and what the engine last wrote never reached the disk: the run says what may exist,
// and the blocks that it shows bring it back.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { configuration } from './harness/api'
import { flow } from './harness/flow'
import { processesOf } from './harness/programs'
import { ORGANIZATION, type Stage } from './harness/stage'
import { until } from './harness/until'

const LATENCY_MS = 120_000

/** One that is made while the runner already stands still, one that hangs when it dies. */
const files = (latency: number, more = '') => ({
  'main.tf': `${more}terraform {
  required_providers {
    test = { source = "slipway/test" }
  }
}

resource "terraform_data" "gate" {
  provisioner "local-exec" {
    command = "sleep 1.5"
  }
}

resource "terraform_data" "database" {
  input      = "customers"
  depends_on = [terraform_data.gate]
}

resource "test_instance" "balancer" {
  latency_ms = ${latency}
  depends_on = [terraform_data.database]
}
`,
})

flow('lost-apply', async (stage) => {
  const { page } = await stage.administrator()
  const api = await stage.apiWithOrganization()
  const workspace = await api.post(`/organizations/${ORGANIZATION}/workspaces`, 'workspaces', { name: 'shop' })
  const folder = configuration(join(stage.folder, 'shop'), files(LATENCY_MS))
  const run = await api.start(workspace.id, folder, { message: 'The last one', 'auto-apply': true })
  await page.goto(`/app/${ORGANIZATION}/workspaces/shop/runs/${run.id}`)
  await page.getByText('terraform_data.gate').first().waitFor({ timeout: 60_000 })
  await lose(stage, run.id)

  // Nobody has to press anything: the page follows.
  await page.getByText('Failed', { exact: true }).first().waitFor({ timeout: 60_000 })
  const notice = page.locator('section, div').filter({ has: page.getByRole('heading', { name: /The state may not say what exists/ }) }).last()
  const left = notice.getByRole('listitem')
  await left.filter({ hasText: 'terraform_data.database' }).getByText(/was created with the id/i).waitFor()
  await left.filter({ hasText: 'test_instance.balancer' }).getByText(/creation had started/i).waitFor()
  await stage.look(page, '1-what-may-exist')
  await notice.getByRole('button', { name: 'Copy the import blocks' }).click()
  const blocks = await page.evaluate(() => navigator.clipboard.readText())
  expect(blocks).toMatch(/^import \{\n {2}to = terraform_data\.database\n {2}id = "[0-9a-f-]{36}"\n\}/m)

  // The way on: a new plan, of the same configuration or of one with the blocks.
  await notice.getByRole('button', { name: 'Plan again' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Start run' }).waitFor()
  await stage.glance(page, '2-plan-again')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await notice.getByRole('link', { name: 'Upload the configuration with the blocks' }).click()
  configuration(folder, files(0, `${blocks}\n\n`))
  await page.getByLabel('Folder with the configuration').setInputFiles(folder)
  await page.getByRole('button', { name: 'Upload and plan' }).click()
  const decision = page.getByRole('region', { name: 'Decision' })
  await decision.waitFor({ timeout: 60_000 })
  await page.getByText(/2 to import/).first().waitFor()
  await stage.glance(page, '3-taken-in')
  await decision.getByRole('button', { name: 'Confirm and apply' }).click()
  await page.getByText('Applied', { exact: true }).first().waitFor({ timeout: 60_000 })
  expect(await page.getByRole('heading', { name: /The state may not say what exists/ }).count()).toBe(0)
}, { variables: { SLIPWAY_RUNS_LEASE_SECONDS: '60' } })

/** Stops the runner, lets the engine go on until it hangs, and kills both, with what was not safe on the disk yet. */
async function lose({ server }: Stage, run: string) {
  const directory = join(server.data, 'runner')
  const runs = join(directory, 'runs')
  const said = (text: string) => filesBelow(directory).some((file) => file.endsWith('events.raw') && readFileSync(file, 'utf8').includes(text))
  await until('the gate is being made', () => said('terraform_data.gate: Creating'))
  const [runner] = processesOf(server.data, 'runner', '--embedded')
  if (!runner) throw new Error('there is no runner')
  process.kill(runner, 'SIGSTOP')
  await until('the last one is being made', () => said('test_instance.balancer: Creating'))
  const [engine] = processesOf(join(runs, run), 'apply')
  if (!engine) throw new Error('there is no engine')
  process.kill(engine, 'SIGKILL')
  for (const file of filesBelow(runs).filter((name) => name.endsWith('.tfstate'))) rmSync(file)
  process.kill(runner, 'SIGKILL')
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
