// Every event that the server records has a sentence, and those that carry theirs in what changed say it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Schema } from '@/api/query'
import { isKnownAction, sentenceOf } from './words'

/**
 * Texts that look like actions and are never recorded: work that no event tells of, settings of the server's own storage, files and
 * places in what an app says of itself.
 */
const NOT_RECORDED = new Set([
  'pull-request.base-moved', 'storage.bucket', 'storage.secret-access-key-file',
  'app.js', 'app.py', 'app.hooks', 'app.health', 'app.startup',
])

const CRATES = join(process.cwd(), '../crates')

/** The server's code without its tests. */
function sources(): readonly string[] {
  return readdirSync(CRATES, { withFileTypes: true })
    .filter((crate) => crate.isDirectory() && !['testing', 'cli', 'client', 'api'].includes(crate.name))
    .flatMap(({ name }) => {
      const folder = join(CRATES, name, 'src')
      return readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.rs') && !/(^|\/|_)tests(\.rs|\/)/.test(file))
        .map((file) => readFileSync(join(folder, file), 'utf8').split('#[cfg(test)]')[0] ?? '')
    })
}

/** What stands where an action is recorded: `action: "…"`, or the text among the arguments of what records. */
function recorded(): ReadonlySet<string> {
  const all = sources()
  const permissions = all.flatMap((text) => [...text.matchAll(/Permission::new\(\s*"([^"]+)"/g)].map(([, name = '']) => name))
  const kinds = new Set(all.flatMap((text) => [...text.matchAll(/(?:object_kind: |const KIND: &(?:'static )?str = )"([^"]+)"/g)].map(([, kind = '']) => kind)))
  // Recorded with another kind's object.
  for (const kind of ['webhook', 'pull-request', 'release', 'audit', 'event', 'master-key']) kinds.add(kind)
  const texts = all.flatMap((text) => [...text.matchAll(/"([a-z-]+)\.([a-z-]+)"/g)])
  const actions = texts.filter(([, kind = '', verb = '']) => kinds.has(kind) && !/^(bundle|json|jsonl|log|raw|token|html|lock)$/.test(verb))
  return new Set(actions.map(([, kind, verb]) => `${kind}.${verb}`).filter((name) => !permissions.some((one) => one.includes(name))))
}

test('every action that the server records has a sentence', () => {
  const actions = [...recorded()]
  expect(actions).toEqual(expect.arrayContaining(['run.confirmed', 'pull-request.commented', 'repository.pushed', 'webhook.redelivered', 'workspace.ssh-key-chosen']))
  expect(actions.length).toBeGreaterThan(90)
  expect(actions.filter((action) => !isKnownAction(action) && !NOT_RECORDED.has(action))).toEqual([])
})

const event = (action: string, kind: string, name: string, changes: object = {}): Schema<'Event'> => ({
  action,
  'actor-kind': 'user',
  'actor-name': 'dana',
  'object-kind': kind,
  'object-id': `${kind}-1`,
  'object-name': name,
  changes: changes as never,
  'created-at': '2026-11-21T06:23:54.913Z',
})

const said = (one: Schema<'Event'>) => {
  const { verb, object, end, place } = sentenceOf(one, 'acme')
  return [verb, object, end, place && `in ${place.name}`].filter(Boolean).join(' ')
}

const sender = { id: '7', login: 'lin' }
const before = 'a'.repeat(40)
const after = '12345678'.padEnd(40, '0')

test.each([
  ['Repository platform/infra was pushed to by lin: the branch main moved to 12345678', 'repository.pushed', { sender, updates: [{ ref: 'refs/heads/main', before, after, forced: false }] }],
  ['Repository platform/infra was pushed to: the tag v1 is new and 2 more refs', 'repository.pushed', { sender: { id: '', login: '' }, updates: [{ ref: 'refs/tags/v1', before: null, after }, {}, {}] }],
  ['Repository platform/infra was pushed to by lin: the branch main was forced to 12345678', 'repository.pushed', { sender, updates: [{ ref: 'refs/heads/main', before, after, forced: true }] }],
  ['Pull request #7 Larger was merged by lin in platform/infra', 'pull-request.changed', { sender, 'pull-request': { number: 7, title: 'Larger', state: 'merged' } }],
  ['Pull request #7 Larger was updated by lin, as a draft in platform/infra', 'pull-request.changed', { sender, 'pull-request': { number: 7, title: 'Larger', state: 'open', 'is-draft': true } }],
  ['Pull request #7 got the comment slipway plan by lin in platform/infra', 'pull-request.commented', { number: 7, command: 'slipway plan', author: sender }],
  ['Pull request #7 Larger comes from a fork and waits for somebody to allow it in platform/infra', 'pull-request.answered', { number: 7, title: 'Larger', outcome: 'waiting-for-allow' }],
  ['Release v2 was published by lin in platform/infra', 'release.published', { tag: 'v2', sender }],
  ['had a pull request handled again: repository platform/infra', 'webhook.redelivered', { event: 'pull-request' }],
  ['set the webhook of repository platform/infra', 'webhook.set', {}],
  ['connected repository platform/infra', 'repository.connected', {}],
  ['Repository platform/infra has another name; it was old/infra', 'repository.renamed', { 'full-name': ['old/infra', 'platform/infra'] }],
])('%s', (sentence, action, changes) => {
  expect(said(event(action, 'repository', 'platform/infra', changes))).toBe(sentence)
})

test('what was given says to whom', () => {
  expect(said(event('integration.assigned', 'integration', 'aws', { name: 'shop' }))).toBe('gave integration aws to the runs of shop')
  expect(said(event('integration.renewal-failed', 'integration', 'forge'))).toBe('Integration forge could not be renewed')
  expect(said(event('workspace.ssh-key-chosen', 'workspace', 'shop', { name: 'modules' }))).toBe('gave the SSH key modules to workspace shop')
  expect(said(event('workspace.ssh-key-chosen', 'workspace', 'shop', { name: null }))).toBe('took the SSH key from workspace shop')
  expect(said(event('trigger.created', 'trigger', 'shop'))).toBe('added a trigger to workspace shop')
  expect(sentenceOf(event('trigger.created', 'trigger', 'shop'), 'acme').to).toBe('/app/acme/workspaces/shop/version-control')
  expect(said(event('user.forge-account-linked', 'user', 'dana', { host: 'github.com', login: 'ada' }))).toBe('linked ada at github.com to dana')
  expect(said(event('template.disabled', 'template', 'Network'))).toBe('disabled template Network')
  expect(sentenceOf(event('template.updated', 'template', 'Network'), 'acme').to).toBe('/app/acme/templates/template-1')
  expect(said(event('run.superseded', 'run', 'shop · Make it larger'))).toBe('Run Make it larger was superseded in shop')
  expect(said(event('role-assignment.created', 'role-assignment', '', {}))).toBe('gave the role of role-assignment-1')
})

test('of apps say who did it, or that it happened', () => {
  const told = (action: string) => {
    const { verb, object, to, end, isPassive } = sentenceOf(event(action, 'app', 'shop'), 'acme')
    expect([object, to]).toEqual(['shop', '/app/acme/apps/shop'])
    return isPassive ? `${verb} shop ${end}` : `ada ${verb} shop`
  }
  expect(['app.created', 'app.scaled', 'app.env-changed', 'app.deploy-started', 'app.deleting'].map(told)).toEqual([
    'ada created app shop',
    'ada scaled app shop',
    'ada changed variables of app shop',
    'ada began to deploy app shop',
    'ada asked to delete app shop',
  ])
  expect(['app.deployed', 'app.deploy-failed', 'app.deploy-canceled', 'app.deleted'].map(told)).toEqual([
    'App shop was deployed: its new version takes the requests',
    'App shop was not deployed: it failed',
    'App shop was not deployed: somebody canceled it',
    'App shop is gone with everything of it',
  ])
})
