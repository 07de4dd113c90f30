// Every page of the catalog with what makes pages break: names as long as they may be, sentences, many rows; as an administrator,
// as somebody who may look only, and while the server is away.
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Api } from './harness/api'
import { connect, modules, order, template, variables, version } from './harness/catalog'
import { flow } from './harness/flow'
import { Gitea } from './harness/gitea'
import { settled } from './harness/look'
import { ORGANIZATION, type Stage } from './harness/stage'
import { until } from './harness/until'

const HOME = `/app/${ORGANIZATION}`
const AT = `/organizations/${ORGANIZATION}`

const LONG = 'a-network-that-somebody-gave-the-longest-name-that-there-is'
const WORDS = 'Everything that has to be known about it, in one sentence that goes on and on, because whoever wrote it knew of no full stop and had time'

const FILES = {
  [`modules/${LONG}/main.tf`]: `variable "address_of_the_first_of_all_the_zones_that_it_has" {
  type        = string
  description = "${WORDS}."
}

variable "zones" {
  type = map(object({ cidr = string, tags = optional(map(string), {}), hosts = optional(list(string), []) }))
  default = {}
}

resource "terraform_data" "network" {
  input = var.address_of_the_first_of_all_the_zones_that_it_has
}

output "an_output_with_quite_a_long_name_that_holds_a_long_value" {
  value = terraform_data.network.output
}
`,
  'modules/box/main.tf': 'resource "terraform_data" "box" {}\n',
}

flow(
  'catalog-walk',
  async (stage) => {
    const dana = await stage.administrator()
    const api = await stage.apiWithOrganization()
    const gitea = new Gitea(join(stage.folder, 'gitea'))
    try {
      await gitea.start()
      const pages = await furnish(api, gitea)
      const rita = await stage.member(api, 'rita', 'read')
      for (const [name, path] of Object.entries(pages)) await visit(stage, dana.page, path, name)
      for (const name of ['template', 'template-version', 'source-code', 'waiting', 'blueprint', 'workflow', 'executor', 'git-workspace'] as const) {
        await visit(stage, rita.page, pages[name] ?? HOME, `reader-${name}`)
      }

      // The server goes away: what is shown stays, and what is asked for says why it does not come.
      stage.allow(/ERR_CONNECTION_REFUSED/)
      await dana.page.goto(pages['resources'] ?? HOME)
      await settled(dana.page)
      await stage.server.stop()
      for (const link of ['Templates', 'Blueprints', 'Workflows', 'Executors', 'Source code', 'Git workspaces', 'Schedules']) {
        await dana.page.getByRole('navigation').first().getByRole('link', { name: link, exact: true }).click()
        await dana.page.getByText(/cannot be reached|not reached|Try again/i).first().waitFor({ timeout: 30_000 })
        await stage.glance(dana.page, `away-${link.toLowerCase().replace(' ', '-')}`)
      }
    } finally {
      await gitea.stop()
    }
  },
  { variables },
)

async function visit(stage: Stage, page: Page, path: string, name: string) {
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await settled(page)
  await stage.look(page, name)
}

/** Something of everything; the addresses of its pages by a name for each. */
async function furnish(api: Api, gitea: Gitea): Promise<Readonly<Record<string, string>>> {
  await modules(gitea, FILES)
  await gitea.repository('platform', 'live', { 'README.md': '# What runs\n' })
  await connect(api, gitea)
  const network = await template(api, LONG, { name: 'A network that has a long name as well, for people', description: WORDS, documentation: `# ${WORDS}\n\n${WORDS}`, labels: ['team=platform', `${LONG}=yes`] })
  const made = await version(api, LONG)
  await template(api, 'box', { parents: [{ template: LONG, minimum: 0 }] })
  await version(api, 'box')
  await Promise.all(Array.from({ length: 24 }, (_, at) => template(api, `service-${at}`, { name: `Service ${at}`, description: at % 2 ? WORDS : '' })))
  const values = { address_of_the_first_of_all_the_zones_that_it_has: `https://${'0123456789'.repeat(12)}.example.com`, zones: { north: { cidr: '10.0.0.0/16', hosts: ['one', 'two'] } } }
  const first = await order(api, LONG, LONG, values)
  await Promise.all(['box-1', 'box-2', 'box-3'].map((name) => order(api, 'box', name, {}, [first])))
  const waiting = await api.post(`${AT}/resources`, 'resources', { template: LONG, name: `${LONG.slice(0, 55)}-2`, values, reason: WORDS, labels: ['team=platform'] })
  await until('it waits', async () => {
    const change = (await api.get(`/resources/${waiting.id}`)).relationships?.['change']?.data?.id
    return change !== undefined && (await api.get(`/resource-changes/${change}`)).attributes['status'] === 'waiting'
  })
  const [integration] = await api.list(`${AT}/integrations`)
  const git = await api.post(`${AT}/git-workspaces`, 'git-workspaces', { name: LONG, identifier: 'platform/live', 'integration-id': integration?.id, description: WORDS })
  const [project] = await api.list(`${AT}/projects`)
  await api.patch(`/projects/${project?.id}/catalog-rules`, 'catalog-rules', { 'git-workspace': git.id })
  await until('the code is there', async () => (await api.list(`/git-workspaces/${git.id}/resources`)).length > 3)
  const blueprint = await api.post(`${AT}/blueprints`, 'blueprints', {
    name: LONG,
    description: WORDS,
    constants: [{ name: 'address', description: WORDS }],
    parts: [{ name: 'network', template: LONG }, { name: 'box', template: 'box', 'stands-on': ['network'] }],
    wires: [{ from: { constant: 'address' }, to: { part: 'network', variable: 'address_of_the_first_of_all_the_zones_that_it_has' } }],
  })
  const [source] = await api.list(`${AT}/source-codes`)
  const executor = await api.post(`${AT}/executors`, 'executors', { name: LONG, description: WORDS, 'source-code': 'modules', branch: 'main', directory: 'modules/box', labels: ['team=platform'] })
  await api.post(`/resources/${first}/schedules`, 'schedules', { action: 'destroy', at: new Date(Date.now() + 300 * 86_400_000).toISOString(), description: WORDS })
  const workflow = await api.post(`${AT}/workflows`, 'workflows', { kind: 'destroy', resources: [first], reason: WORDS })
  const to = (...parts: readonly string[]) => [HOME, ...parts].join('/')
  return {
    start: HOME,
    templates: to('templates'),
    template: to('templates', network),
    'template-versions': to('templates', network, 'versions'),
    'template-version': to('templates', network, 'versions', made),
    'template-hierarchy': to('templates', network, 'hierarchy'),
    'template-upgrade': to('templates', network, 'upgrade'),
    'template-settings': to('templates', network, 'settings'),
    'source-codes': to('source-code'),
    'source-code': to('source-code', source?.id ?? ''),
    resources: to('resources'),
    picture: `${to('resources')}?view=picture`,
    order: `${to('resources', 'new')}?template=${LONG}`,
    import: `${to('resources', 'import')}?template=${LONG}`,
    resource: to('resources', first),
    'resource-values': to('resources', first, 'values'),
    'resource-changes': to('resources', first, 'changes'),
    'resource-revisions': to('resources', first, 'revisions'),
    'resource-schedules': to('resources', first, 'schedules'),
    waiting: to('resources', waiting.id),
    changes: to('resources', 'changes'),
    blueprints: to('blueprints'),
    blueprint: to('blueprints', blueprint.id),
    'blueprint-use': to('blueprints', blueprint.id, 'use'),
    workflows: to('workflows'),
    workflow: to('workflows', workflow.id),
    executors: to('executors'),
    executor: to('executors', executor.id),
    schedules: to('schedules'),
    'git-workspaces': to('git-workspaces'),
    'git-workspace': to('git-workspaces', git.id),
  }
}
