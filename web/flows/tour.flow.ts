// Every page of the console, as an administrator and as a reader see it: found by following links, looked at with axe.
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Page } from 'playwright-core'
import { type Api, configuration } from './harness/api'
import { flow } from './harness/flow'
import { settled } from './harness/look'
import { ORGANIZATION, type Stage } from './harness/stage'
import type { Visitor } from './harness/visitor'

/** Of things of which there are many, one is visited; of runs several, because they differ most. */
const RUNS = 3
const HOME = `/app/${ORGANIZATION}`
const SHOP = `${HOME}/workspaces/shop`

/** Where links have to lead whoever may read everything. */
const EXPECTED = [
  '', '/projects', '/workspaces', '/runs', '/repositories', '/variable-sets', '/activity', '/settings/integrations', '/settings/ssh-keys',
  ...['', '/runs', '/variables', '/states', '/resources', '/version-control', '/settings', '/access'].map((tab) => `/workspaces/shop${tab}`),
].map((path) => `${HOME}${path}`)

flow('tour', async (stage) => {
  const dana = await stage.administrator()
  const api = await stage.apiWithOrganization()
  await furnish(stage, api)
  const rita = await stage.member(api, 'rita', 'read')
  const [administrator, reader] = await Promise.all([
    tour(stage, dana, 'administrator', [HOME, SHOP, '/app/account/profile', '/app/admin/organizations', '/app/components']),
    tour(stage, rita, 'reader', [HOME, SHOP, '/app/account/profile']),
  ])
  expect(administrator).toEqual(expect.arrayContaining([...EXPECTED, `${HOME}/settings/general`]))
  expect(reader).toEqual(expect.arrayContaining(EXPECTED))
  expect(reader.filter((path) => path.startsWith('/app/admin'))).toEqual([])
})

/** Something of everything: a workspace with states, one that failed, variables, a set of them, a team. */
async function furnish(stage: Stage, api: Api) {
  const folder = configuration(join(stage.folder, 'shop'), {
    'main.tf': 'variable "size" {\n  default = 3\n}\n\nresource "terraform_data" "thing" {\n  count = var.size\n  input = count.index\n}\n\noutput "first" {\n  value = terraform_data.thing[0].output\n}\n',
  })
  await api.slipway(folder, 'init', '--organization', ORGANIZATION, '--workspace', 'shop', '--create')
  await api.slipway(folder, 'apply', '--auto-approve', '--message', 'Three things')
  await api.slipway(folder, 'variable', 'set', 'size=4')
  await api.slipway(folder, 'apply', '--auto-approve', '--message', 'Another thing')
  await api.slipway(folder, 'plan')
  const broken = configuration(join(stage.folder, 'broken'), { 'main.tf': 'output "broken" {\n  value = nothing.at.all\n}\n' })
  await api.slipway(broken, 'init', '--organization', ORGANIZATION, '--workspace', 'broken', '--create')
  await expect(api.slipway(broken, 'plan')).rejects.toThrow('nothing')
  await api.post(`/organizations/${ORGANIZATION}/varsets`, 'varsets', { name: 'common', description: 'For all of us' })
  await api.post(`/organizations/${ORGANIZATION}/teams`, 'teams', { name: 'operators' })
}

/** Follows all links from `first` on; returns the paths that were visited. */
async function tour(stage: Stage, visitor: Visitor, role: string, first: readonly string[]): Promise<string[]> {
  const waiting = [...first]
  const visited: string[] = []
  const kinds = new Map<string, number>()
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const kind = kindOf(path)
    const already = kinds.get(kind) ?? 0
    if (visited.includes(path) || already >= (kind.endsWith('/runs/*') ? RUNS : 1)) continue
    kinds.set(kind, already + 1)
    visited.push(path)
    const before = visitor.problems.length
    // A page that never comes is no reason not to see the others.
    const problem = await arrive(visitor.page, path).then(() => null, (error: Error) => error.message)
    const step = `${role}${nameOf(path)}`
    // A reader sees the administrator's pages with less on them: of those a sample is looked at.
    if (problem === null) await (role === 'reader' ? stage.glance(visitor.page, step) : stage.look(visitor.page, step))
    else stage.note(problem.replace(/http\S*/, 'the page'), path)
    for (let index = before; index < visitor.problems.length; index += 1) visitor.problems[index] += ` (on ${path})`
    waiting.push(...(await links(visitor.page)))
  }
  return visited
}

async function arrive(page: Page, path: string) {
  await page.goto(path)
  // The page of components shows another one among its specimens.
  await page.getByRole('heading', { level: 1 }).first().waitFor({ timeout: 10_000 })
  await settled(page)
}

/** Addresses of the console on the page, without what follows a question mark. */
async function links(page: Page): Promise<string[]> {
  const found = await page.locator('a[href]').evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).pathname))
  return [...new Set(found)].filter((path) => path.startsWith('/app/'))
}

/** The address with `*` in the places of ids and of a workspace's name. */
function kindOf(path: string): string {
  return path.replaceAll(/[a-z]+-[0-9a-z]{16}/g, '*').replace(/\/workspaces\/[^/]+/, '/workspaces/*')
}

function nameOf(path: string): string {
  return kindOf(path).replace(`/app/${ORGANIZATION}`, '').replace('/app', '').replaceAll('*', 'one').replaceAll('/', '-') || '-start'
}
