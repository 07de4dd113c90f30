// Publishing: a repository becomes a source code, a tag of a module a version of a template, and what it asks for is said and
// activated. At a real Gitea.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { flow } from './harness/flow'
import { Gitea } from './harness/gitea'
import { run } from './harness/programs'
import { root } from './harness/project'
import { ORGANIZATION } from './harness/stage'

const variables = { SLIPWAY_OUTBOUND_ALLOWED_NETWORKS: '127.0.0.0/8' }

/** Modules of the example, as they are in a repository. */
const FILES = Object.fromEntries(
  ['network', 'region'].flatMap((module) =>
    ['main.tf', 'outputs.tf', 'variables.tf'].map((file) => {
      const path = `modules/${module}/${file}`
      return [path, readFileSync(join(root, 'examples/catalog', path), 'utf8')]
    }),
  ),
)

flow(
  'publishing',
  async (stage) => {
    const { page } = await stage.administrator()
    const api = await stage.apiWithOrganization()
    const gitea = new Gitea(join(stage.folder, 'gitea'))
    try {
      await gitea.start()
      const work = await gitea.repository('platform', 'modules', FILES)
      await run('git', ['tag', 'v1.0.0'], { directory: work })
      await run('git', ['push', '--quiet', 'origin', 'v1.0.0'], { directory: work })
      await api.post(`/organizations/${ORGANIZATION}/integrations`, 'integrations', {
        name: 'forge',
        kind: 'gitea',
        settings: { method: 'token', url: gitea.url, token: await gitea.token() },
      })
      const template = await api.post(`/organizations/${ORGANIZATION}/templates`, 'templates', { key: 'network', name: 'Network' })

      // A source code.
      await page.goto(`/app/${ORGANIZATION}/source-code`)
      await page.getByText('has no modules to offer yet').waitFor()
      await stage.look(page, '1-no-source-code')
      await page.getByRole('link', { name: 'New source code' }).click()
      await page.getByLabel('Repository', { exact: true }).fill('platform/modules')
      await page.keyboard.press('Enter')
      await page.getByLabel(/^Integration/).click()
      await page.getByRole('option', { name: /forge/ }).click()
      await page.getByText('slipway source-code create platform/modules --integration forge').waitFor()
      await stage.look(page, '2-new-source-code')
      await page.getByRole('button', { name: 'Create source code' }).click()
      await page.waitForURL(/\/source-code\/src-/)
      await page.getByText('modules/network').first().waitFor({ timeout: 60_000 })
      await stage.look(page, '3-modules')

      // A version of a template, of a tag of one of its modules.
      await page.goto(`/app/${ORGANIZATION}/templates/${template.id}/versions`)
      await page.getByText('Network has no code yet').waitFor()
      await stage.look(page, '4-no-versions')
      await page.getByRole('button', { name: 'New version' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Source code', { exact: true }).click()
      await page.getByRole('option', { name: /modules/ }).first().click()
      await dialog.getByLabel('Tag', { exact: true }).click()
      await page.getByRole('option', { name: /v1\.0\.0/ }).first().click()
      await dialog.getByLabel(/^Directory/).click()
      await page.getByRole('option', { name: /modules\/network/ }).first().click()
      await dialog.getByText(/--tag v1\.0\.0 --directory modules\/network/).waitFor()
      await stage.look(page, '5-new-version')
      await dialog.getByRole('button', { name: 'Make version' }).click()
      await page.waitForURL(/\/versions\/scv-/)

      // What it asks for, by its module; one of them in other words.
      const asked = page.getByRole('table', { name: 'Variables' })
      await asked.getByText('zones', { exact: true }).waitFor()
      await asked.getByText('list(string)', { exact: true }).waitFor()
      await stage.look(page, '6-preview')
      await page.getByRole('button', { name: 'Settings of zones' }).click()
      await dialog.getByLabel(/^Label|^What people call it/).fill('Zones')
      await stage.look(page, '7-variable')
      await dialog.getByRole('button', { name: 'Save' }).click()
      await asked.getByText('Zones', { exact: true }).waitFor()

      // Activated: it is what new resources take.
      await page.getByRole('button', { name: 'Activate', exact: true }).click()
      await page.getByText('Active', { exact: true }).first().waitFor()
      await stage.look(page, '8-active')
      const [version] = await api.list(`/organizations/${ORGANIZATION}/source-code-versions`)
      expect(version?.attributes).toMatchObject({ lifecycle: 'active', ref: 'v1.0.0', 'is-recommended': true })
      const { attributes } = await api.get(`/source-code-versions/${version?.id}/schema`)
      expect(attributes['schema']).toMatchObject({ properties: { zones: { title: 'Zones', type: 'array' } }, required: expect.arrayContaining(['zones']) })

      // What was pushed since is seen once it is looked for, and never used silently.
      await gitea.push(work, { 'modules/bucket/main.tf': 'resource "terraform_data" "bucket" {}\n' }, 'A module more')
      await page.goto(`/app/${ORGANIZATION}/source-code`)
      await page.getByRole('table', { name: 'Source code' }).getByRole('link').first().click()
      await page.getByText('modules/network').first().waitFor()
      await page.getByRole('button', { name: 'Synchronize' }).click()
      await page.getByText('modules/bucket').first().waitFor({ timeout: 60_000 })
      expect((await api.get(`/source-code-versions/${version?.id}`)).attributes['commit']).toBe(version?.attributes['commit'])

      // Somebody who may look only.
      const rob = await stage.member(api, 'rob', 'read')
      await rob.page.goto(`/app/${ORGANIZATION}/templates/${template.id}/versions/${version?.id}`)
      await rob.page.getByText('zones', { exact: true }).first().waitFor()
      expect(await rob.page.getByRole('button', { name: 'Deprecate' }).getAttribute('aria-disabled')).toBe('true')
      await stage.look(rob.page, '9-reader')
    } finally {
      await gitea.stop()
    }
  },
  { variables },
)
