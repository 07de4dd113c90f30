// An app out of a repository at a real Gitea: connected in the browser, its newest commit built by a real Docker Engine with an argument
// and a secret, one that is named, each push by itself, and disconnected.
import { join } from 'node:path'
import { expect } from 'vitest'
import { integrate, variables } from './harness/catalog'
import { flow } from './harness/flow'
import { Gitea } from './harness/gitea'
import { ORGANIZATION } from './harness/stage'
import { until } from './harness/until'

const SERVE = 'mkdir -p /tmp/www; cp /page/* /tmp/www; exec httpd -f -p $PORT -h /tmp/www'
/** The page says what the build was told; of the secret, how long it is. */
const DOCKERFILE = `FROM flow/base:1
ARG EDITION=plain
COPY page.txt /page/page.txt
RUN --mount=type=secret,id=LICENCE ["/bin/sh", "-c", "read -r key < /run/secrets/LICENCE || true; echo $EDITION \${#key} > /page/build.txt"]
CMD ["/bin/sh", "-c", "${SERVE}"]
`

flow(
  'repositories',
  async (stage) => {
    const dana = await stage.administrator()
    const { page } = dana
    const api = await stage.apiWithOrganization()
    await stage.docker.image('flow/base:1', SERVE)
    const gitea = new Gitea(join(stage.folder, 'gitea'), { inside: stage.docker.inside, port: await stage.docker.port() })
    try {
      await gitea.start()
      const work = await gitea.repository('acme', 'shop', { 'README.md': '# All of it\n', 'web/Dockerfile': DOCKERFILE, 'web/page.txt': 'one\n' })
      // The server is told of no push where it lives: it looks.
      await integrate(api, gitea, { 'poll-interval-seconds': 10 })
      const app = await api.post(`/organizations/${ORGANIZATION}/apps`, 'apps', { name: 'shop' })
      await api.request('PATCH', `/apps/${app.id}/env`, { data: { type: 'app-envs', attributes: { set: [{ name: 'LICENCE', value: 'secret-7', 'is-private': true }] } } })
      const answers = (text: string) => until(`shop answers ${text}`, async () => (await stage.ask('shop', '/page.txt')).text === text)

      // Connected where its commit would be deployed.
      await page.goto(`/app/${ORGANIZATION}/apps/shop/deploy`)
      await page.getByLabel('From its repository').click()
      await page.getByText('No repository is connected').waitFor()
      await stage.look(page, '1-none')
      await page.getByRole('button', { name: 'Connect a repository…' }).click()
      const dialog = page.getByRole('dialog')
      dana.allow(/PUT \S+\/repository 422$/, /status of 422/)
      await dialog.getByLabel('Repository', { exact: true }).fill('acme/nowhere')
      await page.getByRole('option', { name: /acme\/nowhere/ }).click()
      await dialog.getByLabel(/^Integration/).click()
      await page.getByRole('option', { name: /forge/ }).click()
      await dialog.getByRole('button', { name: 'Connect it' }).click()
      await dialog.locator('[aria-invalid=true]').waitFor()
      await stage.look(page, '2-refused')
      dana.allowNothing()
      await dialog.getByLabel('Repository', { exact: true }).fill('acme/shop')
      await page.getByRole('option', { name: /acme\/shop/ }).click()
      await dialog.getByLabel(/^Folder/).fill('web')
      await stage.look(page, '3-connect')
      await dialog.getByRole('button', { name: 'Connect it' }).click()

      // Its newest commit, with what the build is given.
      await page.getByText('A commit of acme/shop.').waitFor()
      await page.getByText('How it is built').click()
      await page.getByLabel(/^Build arguments/).fill('EDITION=pro')
      await page.getByLabel(/^Build secrets/).fill('LICEN')
      await page.getByRole('option', { name: 'LICENCE' }).click()
      await page.getByRole('heading', { name: 'Deploy', exact: true }).click()
      await stage.look(page, '4-deploy')
      await page.getByRole('button', { name: 'Deploy it' }).click()
      await page.waitForURL(/\/deploys\/dep-/)
      await page.getByRole('heading', { name: /^Deploy 1/ }).getByText('Deployed').waitFor({ timeout: 60_000 })
      await page.getByText('EDITION=pro').waitFor()
      await stage.look(page, '5-deployed')
      await answers('one')
      expect((await stage.ask('shop', '/build.txt')).text).toBe('pro 8')

      // Pushed: deployed by itself, unless it changes nothing in the folder.
      const second = await gitea.push(work, { 'web/page.txt': 'two\n' }, 'Say two')
      await answers('two')
      const tabs = page.getByRole('navigation', { name: 'Parts of shop' })
      await tabs.getByRole('link', { name: 'Deploys' }).click()
      const deploys = page.getByRole('table', { name: 'Deploys' })
      await deploys.getByRole('link', { name: 'Say two' }).waitFor()
      await deploys.getByRole('link', { name: second.slice(0, 8) }).waitFor()
      await stage.look(page, '6-deploys')
      await gitea.push(work, { 'README.md': '# All of it, told anew\n' }, 'Tell it anew')
      await tabs.getByRole('link', { name: 'Settings' }).click()
      await page.getByText(/changed nothing in web/).waitFor({ timeout: 60_000 })
      await stage.look(page, '7-settings')

      // One that is named.
      const [begun] = (await api.list(`/apps/${app.id}/deploys`)).filter(({ attributes }) => attributes['number'] === 1)
      const { commit: first = '' } = (begun?.attributes['made-of'] ?? {}) as { commit?: string }
      await page.getByRole('link', { name: 'Deploy a commit…' }).click()
      await page.getByLabel('Commit, branch or tag').fill(first.slice(0, 10))
      await page.getByRole('option', { name: new RegExp(first.slice(0, 8)) }).click()
      await page.getByRole('button', { name: 'Deploy it' }).click()
      await answers('one')

      await tabs.getByRole('link', { name: 'Overview' }).click()
      await page.getByRole('link', { name: 'acme/shop, main' }).waitFor()
      await stage.look(page, '8-overview')
      await tabs.getByRole('link', { name: 'Settings' }).click()
      await page.getByRole('button', { name: 'Disconnect the repository' }).click()
      await dialog.getByRole('button', { name: 'Disconnect it' }).click()
      await page.getByText('No repository is connected').waitFor()
      expect((await stage.ask('shop', '/page.txt')).text).toBe('one')
    } finally {
      await gitea.stop()
    }
  },
  { hasDocker: true, variables },
)
