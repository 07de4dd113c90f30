// The catalog: a hierarchy of templates is published by the form and from a file, looked at, changed by two at once,
// disabled, and kept from being deleted while something stands on it.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { flow } from './harness/flow'
import { root } from './harness/project'
import { ORGANIZATION } from './harness/stage'

/** What is described here has its module there. */
const MODULES = readdirSync(join(root, 'examples/catalog/modules')).toSorted()

const FILE = `# What stands on an account.
kind: template
key: region
name: Region
is-abstract: true
parents: [{template: account}]
---
kind: template
key: network
name: Network
description: Addresses and subnets in a region.
parents: [{template: region}]
naming: "{project}-{environment}-net"
---
kind: template
key: cluster
name: Cluster
parents: [{template: network}]
labels: [tier=compute]
---
kind: template
key: database
name: PostgreSQL database
description: A database of its own, with backups.
parents:
  - template: network
  - {template: cluster, minimum: 0, maximum: null}
naming: "{project}-{environment}-db"
labels: [tier=data, sql]
required-settings: [region]
service: {outputs: [{output: url, variable: DATABASE_URL}]}
documentation: |
  # Before it is ordered

  Backups are kept for **30 days**; see [PostgreSQL](https://www.postgresql.org/docs/).

  | Size | Memory |
  | --- | --- |
  | small | 2 GiB |
  | large | 16 GiB |

  1. Choose a network.
  2. Choose a size:

  \`\`\`hcl
  size = "small"
  \`\`\`

  <b>Tags</b> are shown as they are.
---
kind: template
key: bucket
name: Bucket
parents: [{template: account}, {template: region, maximum: 3}]
labels: [tier=data]
---
kind: template
key: load-balancer
name: Load balancer
parents:
  - {template: cluster, group: backend}
  - {template: network, minimum: 2, maximum: null, group: backend}
`

flow('catalog', async (stage) => {
  const { page } = await stage.administrator()
  const api = await stage.apiWithOrganization()
  const catalog = `/app/${ORGANIZATION}/templates`

  // The first, by the form.
  await page.goto(`/app/${ORGANIZATION}`)
  await page.getByRole('link', { name: 'Templates', exact: true }).click()
  await page.getByText('offers nothing yet').waitFor()
  await stage.look(page, '1-nothing')
  await page.getByRole('link', { name: 'New template' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Account')
  await page.getByLabel('Key', { exact: true }).fill('Account!')
  await page.getByRole('button', { name: 'Add a secret' }).click()
  stage.allow(/POST .*templates 422/)
  await page.getByRole('button', { name: 'Create template' }).click()
  await page.getByText(/a key has small letters/i).first().waitFor()
  await stage.look(page, '2-not-accepted')
  await page.getByRole('button', { name: 'Remove secret 1' }).click()
  await page.getByLabel('Key', { exact: true }).fill('account')
  await page.getByLabel(/^Naming/).fill('{organization}-{environment}')
  await page.getByText(`${ORGANIZATION}-prod`, { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Add an integration' }).click()
  await page.getByRole('checkbox', { name: 'One resource each' }).check()
  await stage.look(page, '3-form')
  await page.getByRole('button', { name: 'Create template' }).click()
  await page.waitForURL(/\/templates\/tpl-/)
  await stage.look(page, '4-account')

  // The rest, from a file: what is wrong with it is told by its line.
  await page.goto(catalog)
  await page.getByRole('link', { name: 'Apply files' }).click()
  await page.getByLabel('Documents', { exact: true }).fill(FILE.replace('minimum: 2', 'minimum: two'))
  stage.allow(/actions\/apply\S* 422/)
  await page.getByRole('button', { name: 'See what would change' }).click()
  await page.getByText(/^Line \d+:/).waitFor()
  await stage.look(page, '5-wrong-line')
  await page.getByLabel('Documents', { exact: true }).fill(FILE)
  await page.getByRole('button', { name: 'See what would change' }).click()
  await page.getByText('6 to create').first().waitFor()
  await stage.look(page, '6-what-would-change')
  await page.getByRole('button', { name: 'Apply', exact: true }).click()
  await page.getByText('Applied: 6 created').waitFor()
  await stage.look(page, '7-applied')
  await page.getByRole('button', { name: 'See what would change' }).click()
  await page.getByText('Nothing would change').waitFor()

  // The list, with its filters.
  await page.getByRole('link', { name: 'Templates', exact: true }).first().click()
  const table = page.getByRole('table', { name: 'Templates' })
  await table.getByRole('link', { name: 'Load balancer' }).waitFor()
  const keys = (await api.list(`/organizations/${ORGANIZATION}/templates`)).map(({ attributes }) => attributes['key'])
  expect(keys.toSorted()).toEqual(MODULES)
  await stage.look(page, '8-templates')
  await page.goto(`${catalog}?label=tier%3Ddata`)
  await table.getByRole('link', { name: 'Bucket' }).waitFor()
  expect(await table.getByRole('row').count()).toBe(3)
  await stage.glance(page, '9-filtered')

  // One of them, and what it hangs together with.
  await table.getByRole('link', { name: 'PostgreSQL database' }).click()
  await page.getByRole('heading', { name: 'Before it is ordered' }).waitFor()
  await page.getByText('<b>Tags</b> are shown as they are.').waitFor()
  await stage.look(page, '10-database')
  const parts = page.getByRole('navigation', { name: 'Parts of PostgreSQL database' })
  await parts.getByRole('link', { name: 'Hierarchy' }).click()
  const graph = page.getByRole('group', { name: 'What PostgreSQL database stands on, and what stands on it' })
  await graph.getByRole('link', { name: 'Network' }).waitFor()
  await stage.look(page, '11-graph')
  await graph.getByRole('link', { name: 'PostgreSQL database' }).focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: /^(Network|Region|Cluster)/, level: 1 }).waitFor()
  await page.goto(`${catalog}/${await idOf('network')}/hierarchy`)
  await page.getByRole('heading', { name: 'Network', level: 1 }).waitFor()
  await page.getByRole('group', { name: /^What Network/ }).getByText('one of backend').first().waitFor()
  await stage.look(page, '12-middle')
  await page.getByRole('button', { name: 'List' }).click()
  await page.getByRole('navigation', { name: 'What stands on Network' }).getByText('2 or more, or another of backend').waitFor()
  await stage.look(page, '13-list')
  await page.getByRole('navigation', { name: 'Parts of Network' }).getByRole('link', { name: 'As a file' }).click()
  await page.getByText('slipway catalog apply -f network.yaml').waitFor()
  await stage.look(page, '14-file')

  // Two change it at once: the second is told, and nothing is lost.
  await page.goto(`${catalog}/${await idOf('database')}/settings`)
  await page.getByLabel(/^Description/).fill('Mine.')
  await stage.look(page, '15-settings')
  await api.patch(`/templates/${await idOf('database')}`, 'templates', { naming: '{project}-db' })
  await page.getByText('This template was changed while you were here').waitFor()
  stage.allow(/PATCH .*templates\/tpl-\S+ 412/)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Load the newer one' }).last().waitFor()
  await stage.look(page, '16-conflict')
  await page.getByRole('button', { name: 'Load the newer one' }).last().click()
  await page.waitForFunction(() => (document.querySelector<HTMLInputElement>('input[name="naming"]')?.value ?? '') === '{project}-db')
  await page.getByLabel(/^Description/).fill('Mine.')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved PostgreSQL database.').waitFor()
  expect((await api.get(`/templates/${await idOf('database')}`)).attributes).toMatchObject({ description: 'Mine.', naming: '{project}-db' })

  // Documentation as it will read.
  await page.getByRole('button', { name: 'Read', exact: true }).click()
  await page.getByRole('heading', { name: 'Before it is ordered' }).waitFor()
  await stage.glance(page, '17-documentation')

  // It cannot be ordered any more, and nothing new can stand on it.
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Disable…' }).click()
  await stage.look(page, '18-disable')
  await page.getByRole('dialog').getByRole('button', { name: 'Disable', exact: true }).click()
  await page.getByText('It cannot be ordered').waitFor()
  await stage.glance(page, '19-disabled')

  // What others stand on stays, and they are named.
  await page.goto(`${catalog}/${await idOf('region')}`)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  await page.getByLabel(/to confirm/).fill('region')
  stage.allow(/DELETE .*templates\/tpl-\S+ 409/)
  await page.getByRole('button', { name: 'Delete template' }).click()
  await page.getByRole('dialog').getByText(/Bucket/).waitFor()
  await stage.look(page, '20-still-needed')
  await page.goto(`${catalog}/${await idOf('load-balancer')}`)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  await page.getByLabel(/to confirm/).fill('load-balancer')
  await page.getByRole('button', { name: 'Delete template' }).click()
  await page.waitForURL(/\/templates$/)
  await table.getByRole('link', { name: 'Cluster' }).waitFor()
  expect(await table.getByRole('link', { name: 'Load balancer' }).count()).toBe(0)

  // Found from anywhere, and told in the activity.
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search or run a command' }).fill('postgres')
  await page.getByRole('option', { name: /PostgreSQL database/ }).first().click()
  await page.waitForURL(/\/templates\/tpl-/)
  await page.goto(`/app/${ORGANIZATION}/activity`)
  await page.getByText(/disabled template/).first().waitFor()
  await stage.look(page, '21-activity')

  // Somebody who may look only.
  const rob = await stage.member(api, 'rob', 'read')
  await rob.page.goto(catalog)
  await rob.page.getByRole('link', { name: 'Network', exact: true }).click()
  await rob.page.getByRole('navigation', { name: 'Parts of Network' }).getByRole('link', { name: 'Settings' }).click()
  await rob.page.getByText('You may look at this, not change it').waitFor()
  await stage.look(rob.page, '22-reader')
  // What somebody else changes shows by itself.
  await api.patch(`/templates/${await idOf('network')}`, 'templates', { name: 'Network of a region' })
  await rob.page.getByRole('heading', { name: 'Network of a region', level: 1 }).waitFor()

  async function idOf(key: string): Promise<string> {
    const found = (await api.list(`/organizations/${ORGANIZATION}/templates`)).find(({ attributes }) => attributes['key'] === key)
    if (!found) throw new Error(`there is no template ${key}`)
    return found.id
  }
})
