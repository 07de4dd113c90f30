// An integration that somebody allows in the browser: from its form to a real Gitea, and back to what can be used.
import { join } from 'node:path'
import { flow } from './harness/flow'
import { Gitea, GITEA_PERSON } from './harness/gitea'
import { ORGANIZATION } from './harness/stage'

/** Where the forge sends people back to is added once it is known. */
const variables: Record<string, string> = { SLIPWAY_OUTBOUND_ALLOWED_NETWORKS: '127.0.0.0/8' }

flow(
  'authorize',
  async (stage) => {
    await stage.server.stop()
    variables['SLIPWAY_SERVER_PUBLIC_URL'] = stage.server.url
    await stage.server.start()
    const { page } = await stage.administrator()
    await stage.apiWithOrganization()
    const gitea = new Gitea(join(stage.folder, 'gitea'))
    try {
      await gitea.start()
      await page.goto(`/app/${ORGANIZATION}/settings/integrations/new?kind=gitea`)
      const redirect = `${stage.server.url}/connections/callback`
      await page.getByText(redirect).waitFor()
      const { id, secret } = await gitea.application(redirect)
      await page.getByLabel('Name', { exact: true }).fill('forge')
      await page.getByLabel('Address', { exact: true }).fill(gitea.url)
      await page.getByLabel('Client id').fill(id)
      await page.getByLabel('Client secret').fill(secret)
      await stage.look(page, '1-application')
      await page.getByRole('button', { name: 'Create integration' }).click()
      await page.waitForURL(/\/integrations\/int-/)
      const integration = page.url()
      await page.getByText('Somebody has to allow it at the other side').waitFor()
      await stage.look(page, '2-needs-authorization')
      // The fixture is built without the files of its own pages.
      stage.allow(new RegExp(`${gitea.url}/assets/`), /MIME type/)
      await page.getByRole('button', { name: 'Authorize at Gitea, Forgejo' }).click()
      await page.waitForURL(new RegExp(gitea.url))
      await page.locator('input[name=user_name]').fill(GITEA_PERSON.name)
      await page.locator('input[name=password]').fill(GITEA_PERSON.password)
      await page.locator('input[name=password]').press('Enter')
      await page.locator('#authorize-app').click()
      await page.getByRole('heading', { name: 'Connected' }).waitFor()

      await page.goto(integration)
      await page.getByText('forge is connected').waitFor()
      await page.getByRole('button', { name: 'Test', exact: true }).click()
      await page.getByText('It lets us in as keeper', { exact: true }).waitFor()
      await page.getByText('renewed before').waitFor()
      await stage.look(page, '3-connected')
    } finally {
      await gitea.stop()
    }
  },
  { variables },
)
