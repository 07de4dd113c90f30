// The code of resources in Git: a repository at a real Gitea becomes a git workspace, a project keeps its resources' code there,
// and what is ordered, confirmed and destroyed is on a branch, merged and gone.
import { join } from 'node:path'
import { expect } from 'vitest'
import { connect, modules, template, variables, version } from './harness/catalog'
import { flow } from './harness/flow'
import { Gitea } from './harness/gitea'
import { ORGANIZATION } from './harness/stage'

const HOME = `/app/${ORGANIZATION}`
const LIVE = 'platform/live'

const FILES = {
  'modules/bucket/main.tf': `variable "region" {
  type = string
}

resource "terraform_data" "bucket" {
  input = var.region
}

output "region" {
  value = terraform_data.bucket.output
}
`,
}

flow(
  'git-workspaces',
  async (stage) => {
    const dana = await stage.administrator()
    const { page } = dana
    const api = await stage.apiWithOrganization()
    const gitea = new Gitea(join(stage.folder, 'gitea'))
    try {
      await gitea.start()
      await modules(gitea, FILES)
      await gitea.repository('platform', 'live', { 'README.md': '# What runs\n' })
      await connect(api, gitea)
      await template(api, 'bucket', { description: 'Where files lie.' })
      await version(api, 'bucket')

      // A git workspace.
      await page.goto(`${HOME}/git-workspaces`)
      await page.getByText('No git workspaces yet').waitFor()
      await stage.look(page, '1-nothing')
      await page.getByRole('link', { name: 'New git workspace' }).click()
      await page.getByLabel('Name', { exact: true }).fill('live')
      await page.getByLabel('Repository', { exact: true }).fill('platform/nowhere')
      await page.getByLabel(/^Integration/).click()
      await page.getByRole('option', { name: /forge/ }).click()
      await page.getByLabel(/^Directory/).fill('live')
      stage.allow(/POST .*git-workspaces 4\d\d/)
      await page.getByRole('button', { name: 'Create git workspace' }).click()
      await page.getByRole('alert').or(page.locator('[aria-invalid=true]')).first().waitFor()
      await stage.look(page, '2-not-there')
      await page.getByLabel('Repository', { exact: true }).fill(LIVE)
      await page.getByText('slipway git-workspace create live --repository platform/live --integration forge --directory live').waitFor()
      await stage.look(page, '3-form')
      await page.getByRole('button', { name: 'Create git workspace' }).click()
      await page.waitForURL(/\/git-workspaces\/gws-/)
      const workspace = page.url()
      await page.getByText('No code is in it yet').waitFor()
      await stage.look(page, '4-empty')

      // The project keeps its resources' code there.
      await page.goto(`${HOME}/projects`)
      await page.getByRole('table').getByRole('link').first().click()
      await page.getByRole('heading', { name: 'Catalog', exact: true }).waitFor()
      const section = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Catalog', exact: true }) }).last()
      await section.getByRole('button', { name: 'Change' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel(/^Code is kept in/).click()
      await page.getByRole('option', { name: /live/ }).click()
      await stage.look(page, '5-rules')
      await dialog.getByRole('button', { name: 'Save' }).click()
      await section.getByRole('link', { name: 'live' }).waitFor()

      // An order that waits is a branch.
      await page.goto(`${HOME}/resources/new?template=bucket`)
      await page.getByLabel('Name', { exact: true }).fill('photos')
      await page.getByLabel('region', { exact: true }).fill('north')
      await page.getByLabel(/^Reason/).fill('Somewhere for pictures')
      await page.getByRole('button', { name: 'Plan photos' }).click()
      await page.waitForURL(/\/resources\/res-/)
      const bucket = page.url()
      await page.getByRole('button', { name: 'Confirm and apply' }).waitFor({ timeout: 90_000 })
      const watching = await dana.tab()
      await watching.goto(workspace)
      const table = watching.getByRole('table', { name: 'Resources' })
      await table.getByText('On a branch', { exact: true }).waitFor({ timeout: 60_000 })
      await table.getByText('slipway/bucket/default/photos/1').waitFor()
      expect(await gitea.branches(LIVE)).toContain('slipway/bucket/default/photos/1')
      await stage.look(watching, '6-on-a-branch')

      // Confirmed, it is merged, while somebody looks.
      await page.getByRole('button', { name: 'Confirm and apply' }).click()
      await page.getByText('Provisioned', { exact: true }).first().waitFor({ timeout: 90_000 })
      await table.getByText('Merged', { exact: true }).waitFor({ timeout: 60_000 })
      await table.getByText('live/bucket/default/photos').waitFor()
      await stage.look(watching, '7-merged')
      expect(await gitea.text(LIVE, 'live/bucket/default/photos/main.tf')).toContain('region = "north"')
      expect(await gitea.branches(LIVE)).toEqual(['main'])
      const commit = await gitea.head(LIVE)
      await table.getByTitle(commit.id).waitFor()
      expect(commit.message).toContain('Somewhere for pictures')

      // From now on reviewed there; where its code is stays while there is some.
      await watching.getByRole('button', { name: 'Change', exact: true }).click()
      const change = watching.getByRole('dialog')
      await change.getByLabel('Changes come').selectOption('pull-request')
      await change.getByLabel(/^Description/).fill('What runs, to read and to review')
      expect(await change.getByLabel(/^Branch/).getAttribute('aria-disabled')).toBe('true')
      await stage.look(watching, '7b-change')
      await change.getByRole('button', { name: 'Save' }).click()
      await watching.getByText('reviewed in pull requests').waitFor()
      await watching.getByText('What runs, to read and to review').waitFor()

      // Destroyed, it goes there, too.
      await page.goto(bucket)
      await page.getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name: 'Destroy…' }).click()
      await page.getByLabel(/^Type photos/).fill('photos')
      await page.getByRole('button', { name: 'Plan its destruction' }).click()
      await page.getByRole('button', { name: 'Confirm and apply' }).click({ timeout: 90_000 })
      await page.getByText('Destroyed', { exact: true }).first().waitFor({ timeout: 90_000 })
      await table.getByText('Removed', { exact: true }).waitFor({ timeout: 60_000 })
      await stage.look(watching, '8-removed')
      expect(await gitea.text(LIVE, 'live/bucket/default/photos/main.tf')).toBeNull()
      await watching.goto(`${HOME}/git-workspaces`)
      await watching.getByRole('table', { name: 'Git workspaces' }).getByRole('link', { name: 'live' }).waitFor()
      await stage.look(watching, '9-list')

      // Somebody who may look only.
      const rob = await stage.member(api, 'rob', 'read')
      await rob.page.goto(workspace)
      await rob.page.getByText('bucket/photos').first().waitFor()
      expect(await rob.page.getByRole('button', { name: 'Synchronize' }).getAttribute('aria-disabled')).toBe('true')
      await stage.look(rob.page, '10-reader')
    } finally {
      await gitea.stop()
    }
  },
  { variables },
)
