// What a platform team did before a flow begins: modules in a repository at a real Gitea, and templates with versions of them.
import type { Api } from './api'
import type { Gitea } from './gitea'
import { run } from './programs'
import { ORGANIZATION } from './stage'
import { until } from './until'

/** The settings of a server that may ask a Gitea of this machine. */
export const variables = { SLIPWAY_OUTBOUND_ALLOWED_NETWORKS: '127.0.0.0/8' }

const AT = `/organizations/${ORGANIZATION}`

/** The repository of the modules. */
export const MODULES = 'platform/modules'

/** A repository of these files, tagged `v1.0.0`; where it is worked in. */
export async function modules(gitea: Gitea, files: Readonly<Record<string, string>>): Promise<string> {
  const [group, name] = MODULES.split('/') as [string, string]
  const work = await gitea.repository(group, name, files)
  await tag(work, 'v1.0.0')
  return work
}

/** What changed since, as a tag. */
export async function release(gitea: Gitea, work: string, name: string, files: Readonly<Record<string, string>>, message: string) {
  await gitea.push(work, files, message)
  await tag(work, name)
}

async function tag(work: string, name: string) {
  await run('git', ['tag', name], { directory: work })
  await run('git', ['push', '--quiet', 'origin', name], { directory: work })
}

/** The integration `forge`. */
export async function integrate(api: Api, gitea: Gitea, attributes: object = {}) {
  const settings = { method: 'token', url: gitea.url, token: await gitea.token() }
  return api.post(`${AT}/integrations`, 'integrations', { name: 'forge', kind: 'gitea', settings, ...attributes })
}

/** The integration `forge`, and the modules as a source code that was read. */
export async function connect(api: Api, gitea: Gitea) {
  const integration = await integrate(api, gitea)
  const source = await api.post(`${AT}/source-codes`, 'source-codes', { identifier: MODULES, name: 'modules', 'integration-id': integration.id })
  await until('the repository is read', async () => (await api.get(`/source-codes/${source.id}`)).attributes['synchronized-at'] !== undefined)
}

/** A template; its id. */
export async function template(api: Api, key: string, attributes: object = {}): Promise<string> {
  return (await api.post(`${AT}/templates`, 'templates', { key, name: key.charAt(0).toUpperCase() + key.slice(1), ...attributes })).id
}

/** An active version of a template, of the module that is called like it; its id. */
export async function version(api: Api, key: string, name = 'v1.0.0', asked: readonly object[] = []): Promise<string> {
  const attributes = { template: key, 'source-code': 'modules', tag: name, directory: `modules/${key}`, variables: asked }
  const { id } = await api.post(`${AT}/source-code-versions`, 'source-code-versions', attributes)
  await api.patch(`/source-code-versions/${id}`, 'source-code-versions', { lifecycle: 'active' })
  return id
}

/** Ordered and applied; its id. */
export async function order(api: Api, key: string, name: string, values: object, parents: readonly string[] = []): Promise<string> {
  const { id } = await api.post(`${AT}/resources`, 'resources', { template: key, name, values, parents, 'auto-apply': true })
  await until(`${name} is there`, async () => (await api.get(`/resources/${id}`)).attributes['state'] === 'provisioned', 90_000)
  return id
}
