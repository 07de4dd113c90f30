// Git: a forge is connected, workspaces come from the root modules of a repository, and a push starts a run, all at a real
// Gitea.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { flow } from './harness/flow'
import { Gitea, GITEA_PERSON } from './harness/gitea'
import { run } from './harness/programs'
import { ORGANIZATION } from './harness/stage'

/** Where the forge delivers to is added once it is known. */
const variables: Record<string, string> = { SLIPWAY_OUTBOUND_ALLOWED_NETWORKS: '127.0.0.0/8' }

const root = (size: number) => `module "letter" {
  source = "../../modules/letter"
  size   = ${size}
}
`

const FILES = {
  'README.md': '# What runs where\n',
  'live/prod/main.tf': root(1),
  'live/test/main.tf': root(1),
  'modules/letter/main.tf': 'variable "size" {\n  type = number\n}\n\nresource "terraform_data" "letter" {\n  input = var.size\n}\n',
}

/** A private key without a passphrase. */
async function privateKey(folder: string): Promise<string> {
  const file = join(folder, 'modules')
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file])
  return readFileSync(file, 'utf8')
}

flow(
  'connections',
  async (stage) => {
    // Where it listens is known from its first start on; the forge is told the same.
    await stage.server.stop()
    variables['SLIPWAY_SERVER_PUBLIC_URL'] = stage.server.url
    await stage.server.start()
    const { page } = await stage.administrator()
    const api = await stage.apiWithOrganization()
    const gitea = new Gitea(join(stage.folder, 'gitea'))
    try {
      await gitea.start()
      const work = await gitea.repository('platform', 'infra', FILES)
      const settings = `/app/${ORGANIZATION}/settings`

      // A forge, tested before it is kept.
      await page.goto(`${settings}/integrations`)
      await page.getByText('is connected to nothing yet').waitFor()
      await stage.look(page, '1-no-integrations')
      await page.getByRole('link', { name: 'New integration' }).click()
      await page.getByRole('link', { name: /^Gitea, Forgejo/ }).waitFor()
      await stage.look(page, '2-kinds')
      for (const kind of ['Git Repositories', 'Environment']) {
        await page.getByRole('link', { name: new RegExp(`^${kind}`) }).click()
        await page.getByLabel('Name', { exact: true }).waitFor()
        await stage.look(page, `2-${kind.toLowerCase().replace(' ', '-')}`)
        await page.getByRole('link', { name: 'Another kind' }).click()
      }
      await page.getByRole('link', { name: /^Gitea, Forgejo/ }).click()
      await page.getByLabel('Name', { exact: true }).fill('forge')
      await page.getByRole('radio', { name: 'Token' }).click()
      await page.getByLabel('Address', { exact: true }).fill(gitea.url)
      await page.getByLabel('Token', { exact: true }).and(page.locator('input[type=password]')).fill(await gitea.token(['read:repository', 'read:user']))
      await page.getByRole('button', { name: 'Test', exact: true }).click()
      await page.getByRole('list', { name: 'Missing rights' }).waitFor()
      await stage.look(page, '3-missing-rights')
      await page.getByLabel('Token', { exact: true }).and(page.locator('input[type=password]')).fill(await gitea.token())
      await page.getByRole('button', { name: 'Test', exact: true }).click()
      await page.getByText('It lets us in as keeper', { exact: true }).waitFor()
      await page.getByRole('button', { name: 'Create integration' }).click()
      await page.waitForURL(/\/integrations\/int-/)
      const integration = page.url()
      // Not the button of the form, which may still be there.
      await page.getByRole('heading', { level: 1, name: 'forge' }).waitFor()
      await page.getByRole('button', { name: 'Test', exact: true }).click()
      await page.getByText('It lets us in as keeper', { exact: true }).waitFor()
      await stage.look(page, '4-integration')

      // Workspaces of two roots at once.
      await page.getByRole('link', { name: 'Workspace from a repository' }).click()
      await page.getByRole('button', { name: 'Choose platform/infra' }).waitFor()
      await stage.look(page, '5-pick-a-repository')
      await page.getByRole('button', { name: 'Choose platform/infra' }).click()
      await page.getByRole('checkbox', { name: 'live/prod' }).check()
      await page.getByRole('checkbox', { name: 'live/test' }).check()
      await stage.look(page, '6-roots')
      await page.getByRole('button', { name: 'Create 2 workspaces' }).click()
      await page.waitForURL(/\/workspaces$/)
      await page.getByRole('link', { name: 'infra-live-prod' }).click()
      await page.getByRole('link', { name: 'platform/infra' }).first().waitFor()
      await stage.look(page, '7-workspace')

      // The first plan, by itself, of the newest commit; it waits.
      await page.getByRole('link', { name: 'Runs', exact: true }).last().click()
      const runs = page.getByRole('table', { name: 'Runs' })
      await runs.getByText('Begin').waitFor({ timeout: 60_000 })
      await runs.getByText('Needs confirmation').waitFor({ timeout: 60_000 })

      // A push: its run appears by itself.
      const commit = await gitea.push(work, { 'live/prod/main.tf': root(2) }, 'Make the letter larger\n\nIt was too small.')
      await runs.getByText('Make the letter larger').waitFor({ timeout: 60_000 })
      await stage.look(page, '8-runs')
      await runs.getByRole('link', { name: 'Make the letter larger' }).click()
      await page.getByText(commit.slice(0, 8)).first().waitFor()
      await page.getByText(/lin/i).first().waitFor()
      await stage.look(page, '9-run-of-a-commit')

      // The repository.
      await page.goto(`/app/${ORGANIZATION}/repositories`)
      await stage.look(page, '10-repositories')
      await page.getByRole('link', { name: 'platform/infra' }).click()
      await page.getByRole('link', { name: 'live', exact: true }).click()
      await page.getByRole('link', { name: 'prod', exact: true }).click()
      const repository = page.url().replace(/\?.*/, '')
      await stage.look(page, '11-files')
      await page.getByRole('link', { name: 'main.tf' }).click()
      await page.getByRole('group', { name: 'live/prod/main.tf' }).waitFor()
      await stage.look(page, '12-file')
      const parts = page.getByRole('navigation', { name: 'Parts of platform/infra' })
      await parts.getByRole('link', { name: 'Root modules' }).click()
      await page.getByRole('checkbox', { name: 'Select live/test' }).check()
      await stage.look(page, '13-root-modules')
      await parts.getByRole('link', { name: 'Workspaces' }).click()
      await page.getByRole('table', { name: 'Workspaces' }).getByText('live/test').waitFor()
      await stage.glance(page, '13-workspaces')
      await parts.getByRole('link', { name: 'Branches and tags' }).click()
      await page.getByRole('table', { name: 'Branches' }).getByText('main').waitFor()
      await stage.look(page, '14-branches')
      await parts.getByRole('link', { name: 'Commits' }).click()
      await page.getByRole('link', { name: 'Make the letter larger' }).waitFor()
      await stage.look(page, '15-commits')
      await page.getByRole('link', { name: 'Make the letter larger' }).click()
      const affected = page.getByRole('table', { name: 'Workspaces that it concerns' })
      await affected.getByText('infra-live-prod').waitFor()
      await stage.look(page, '16-commit')
      expect(await affected.getByRole('row').allInnerTexts()).toHaveLength(2)
      await page.goBack()
      await parts.getByRole('link', { name: 'Webhook' }).click()
      const deliveries = page.getByRole('table', { name: 'Deliveries' })
      await deliveries.getByRole('link', { name: 'Push' }).first().waitFor()
      await stage.look(page, '17-webhook')
      await deliveries.getByRole('link', { name: 'Push' }).first().click()
      await page.getByRole('button', { name: 'Deliver again' }).click()
      await page.getByText('Delivered again').waitFor()
      await stage.look(page, '18-delivery')

      // A pull request is planned in both workspaces: what they have in common changes.
      await gitea.push(work, { 'modules/letter/main.tf': `${FILES['modules/letter/main.tf']}\nresource "terraform_data" "stamp" {}\n` }, 'Add a stamp', 'stamp')
      await gitea.pullRequest('platform/infra', 'stamp', 'Letters need stamps')
      await page.goto(repository)
      await parts.getByRole('link', { name: 'Pull requests' }).click()
      const plans = page.getByRole('table', { name: 'Plans of pull request 1' })
      await plans.getByText('Plan finished').nth(1).waitFor({ timeout: 60_000 })
      await stage.look(page, '19-pull-requests')

      // One from a fork waits until somebody here allows it.
      await gitea.forkedRequest(work, 'platform/infra', { 'live/prod/main.tf': root(3) }, 'Larger still, from outside')
      // Its forge delivers when it comes to it.
      await page.getByText('It waits for somebody to allow it').waitFor({ timeout: 60_000 })
      await stage.look(page, '19-waiting-for-allow')
      await page.getByRole('button', { name: 'Allow… #2' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Allow' }).click()
      await page.getByText('fork, allowed by dana').waitFor({ timeout: 60_000 })
      await page.getByRole('table', { name: 'Plans of pull request 2' }).getByText('Plan finished').waitFor({ timeout: 60_000 })

      // Which commits start what.
      await page.goto(`/app/${ORGANIZATION}/workspaces/infra-live-prod/version-control`)
      await page.getByRole('button', { name: 'New trigger' }).click()
      // Not over boxes of the form below it, which axe measures where the dialog half covers them.
      await page.evaluate(() => window.scrollTo(0, 0))
      await stage.look(page, '20-new-trigger')
      await page.getByRole('dialog').getByRole('button', { name: 'Add trigger' }).click()
      await page.getByRole('table', { name: 'Triggers' }).getByText('Push').waitFor()
      await page.getByLabel('Commit', { exact: true }).fill(commit)
      await page.getByRole('option', { name: new RegExp(commit.slice(0, 8)) }).first().click()
      await page.getByRole('table', { name: 'Workspaces that it concerns' }).getByText('infra-live-prod').waitFor()
      await stage.look(page, '21-version-control')

      // A key for private modules, of those that the organization keeps.
      await api.post(`/organizations/${ORGANIZATION}/ssh-keys`, 'ssh-keys', { name: 'modules', value: await privateKey(stage.folder) })
      await page.getByLabel(/^SSH key/).click()
      await page.getByRole('option', { name: 'modules' }).click()
      await page.getByText('slipway ssh-key assign modules --workspace infra-live-prod').waitFor()
      await page.evaluate(() => window.scrollTo(0, 0))
      await stage.glance(page, '21-ssh-key')
      await page.getByRole('button', { name: 'Save' }).last().click()
      await page.getByText('get the SSH key modules').waitFor()

      // What is used cannot be deleted; runs get it to fetch private modules.
      await page.goto(integration)
      await page.getByRole('button', { name: 'Give to runs…' }).click()
      await page.getByRole('radio', { name: /^All of/ }).click()
      await stage.look(page, '22-give-to-runs')
      await page.getByRole('dialog').getByRole('button', { name: 'Give it' }).click()
      await page.getByRole('table', { name: 'Given to runs' }).getByText(ORGANIZATION).waitFor()
      await page.evaluate(() => window.scrollTo(0, 0))
      await page.getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name: 'Delete…' }).click()
      await page.getByLabel(/to confirm/).fill('forge')
      stage.allow(/DELETE .*integrations.* 409/, /409 \(Conflict\)/)
      await page.getByRole('button', { name: 'Delete integration' }).click()
      await page.getByRole('dialog').getByText(/platform\/infra/).waitFor()
      await stage.look(page, '23-still-used')

      // Who writes in pull requests is somebody here.
      await page.goto('/app/account/forge-accounts')
      await page.getByText('No account at a forge is linked').waitFor()
      await page.getByRole('button', { name: 'Link an account' }).click()
      await page.getByLabel('Forge', { exact: true }).click()
      await page.getByRole('option', { name: new URL(gitea.url).host }).click()
      await page.getByLabel('Your login there').fill(GITEA_PERSON.name)
      await stage.glance(page, '23-link-an-account')
      await page.getByRole('button', { name: 'Link account' }).click()
      await page.getByText(/^slipway link/).waitFor()
      await page.getByRole('button', { name: 'I have copied it' }).click()
      await page.getByRole('table', { name: 'Forge accounts' }).getByText(GITEA_PERSON.name).waitFor()
      await stage.look(page, '23-forge-accounts')

      // Somebody who may look only.
      const rob = await stage.member(api, 'rob', 'read')
      await rob.page.goto(`/app/${ORGANIZATION}/repositories`)
      await rob.page.getByRole('link', { name: 'platform/infra' }).click()
      await stage.look(rob.page, '24-reader-repository')
      await rob.page.goto(`/app/${ORGANIZATION}/workspaces/infra-live-prod/version-control`)
      await rob.page.getByText('You may look at this, not change it').waitFor()
      await stage.look(rob.page, '25-reader-version-control')
    } finally {
      await gitea.stop()
    }
  },
  { variables },
)
