import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, acme, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import { orderAfter } from './order'
import VersionControlPage from './page'
import type { Trigger, Workspace } from './queries'
import { settingsOf, valuesOf } from './values'

const SHA = 'c'.repeat(40)

const trigger = (id: string, priority: number, changes: Partial<Trigger['attributes']> = {}): Trigger => ({
  id,
  type: 'triggers',
  attributes: { event: 'push', branches: [], paths: [], 'path-kind': 'glob', action: 'plan', priority, 'created-at': '2026-11-21T06:00:00.000Z', ...changes },
})

function workspace(mayUpdate = true, source: object | null = {}): Workspace {
  return {
    id: 'ws-shop',
    type: 'workspaces',
    attributes: {
      name: 'shop',
      'working-directory': 'shop',
      'auto-apply': false,
      permissions: { 'can-update': mayUpdate },
      ...(source && {
        'vcs-repo': { identifier: 'platform/infra', 'display-identifier': 'platform/infra', branch: 'main', 'repository-id': 'repo-1', 'ingress-submodules': false, 'service-provider': 'gitea', 'commit-sha': SHA, ...source },
      }),
    } as never,
  }
}

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const MODULES = { id: 'sshkey-1', type: 'ssh-keys', attributes: { name: 'modules', algorithm: 'ssh-ed25519', fingerprint: 'SHA256:abc', 'created-at': '2026-11-21T06:00:00.000Z' } }
const KEY_OF_SHOP = `${API}/workspaces/ws-shop/relationships/ssh-key`
const keyOfShop = (id: string | null) => HttpResponse.json({ data: { id: 'ws-shop', type: 'workspaces', attributes: { id } } })

function open(shown: Workspace, triggers: readonly Trigger[] = [], keys: readonly object[] = []) {
  server.use(
    http.get(`${ACME}/access-explanations`, () =>
      HttpResponse.json(listOf([{ id: '1', type: 'access-explanations', attributes: { permission: 'integration.use', 'is-allowed': true } }])),
    ),
    ...acme(),
    http.get(KEY_OF_SHOP, () => keyOfShop(null)),
    http.get(`${ACME}/ssh-keys`, () => HttpResponse.json(listOf(keys))),
    http.get(`${ACME}/workspaces/shop`, () => HttpResponse.json({ data: shown }, { headers: { etag: '"5"' } })),
    http.get(`${API}/workspaces/ws-shop/triggers`, () => HttpResponse.json(listOf(triggers))),
    http.get(`${ACME}/repositories`, () =>
      HttpResponse.json(listOf([{ id: 'repo-1', type: 'repositories', attributes: { 'full-name': 'platform/infra', address: 'https://x/platform/infra.git' }, relationships: { integration: { data: { id: 'int-1', type: 'integrations' } } } }])),
    ),
    http.get(`${API}/repositories/repo-1/branches`, () => HttpResponse.json(listOf([]))),
    http.get(`${API}/repositories/repo-1/commits`, () =>
      HttpResponse.json(listOf([{ id: SHA, type: 'repository-commits', attributes: { subject: 'Make it larger', message: '', author: 'lin', 'author-email': '', 'committed-at': '2026-11-21T06:00:00.000Z', parents: [] } }])),
    ),
  )
  return show(
    <Suspense>
      <VersionControlPage />
    </Suspense>,
    { path: '/app/$organization/workspaces/$workspace/version-control', at: '/app/acme/workspaces/shop/version-control' },
  )
}

test('without a repository it says what one is for, with the button and the command', async () => {
  const { container } = await open(workspace(true, null))
  expect(await screen.findByText('shop comes from uploads')).toBeDefined()
  expect(screen.getByRole('button', { name: 'Let it come from a repository' })).toBeDefined()
  expect(screen.getByText(/slipway workspace update shop --repo/)).toBeDefined()
  await expectAccessible(container)
})

test('only what differs is sent, with the version that was read', async () => {
  const { user } = await open(workspace())
  let sent: unknown
  server.use(
    http.patch(`${API}/workspaces/ws-shop`, async ({ request }) => {
      sent = [request.headers.get('if-match'), ((await request.json()) as { data: { attributes: unknown } }).data.attributes]
      return HttpResponse.json({ data: workspace() })
    }),
  )
  await user.click(await screen.findByLabelText('Plan pull requests'))
  const directory = screen.getByLabelText(/^Directory/)
  await user.clear(directory)
  await user.paste('live')
  expect(screen.getByText(/slipway workspace update shop/).textContent).toContain('--dir live --plan-pull-requests false')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toEqual(['"5"', { 'working-directory': 'live', 'speculative-enabled': false }]))
})

test('triggers are asked in their order, and can be moved, made and removed', async () => {
  const { user } = await open(workspace(), [trigger('trg-1', 10, { branches: ['main'] }), trigger('trg-2', 20, { event: 'release', action: 'pipeline', pipeline: 'ship', problem: 'There are no pipelines yet.' })])
  const sent: unknown[] = []
  server.use(
    http.patch(`${API}/triggers/:id`, async ({ params, request }) => {
      sent.push([params['id'], ((await request.json()) as { data: { attributes: unknown } }).data.attributes])
      return HttpResponse.json({ data: trigger('trg-1', 20) })
    }),
    http.post(`${API}/workspaces/ws-shop/triggers`, async ({ request }) => {
      sent.push(((await request.json()) as { data: { attributes: unknown } }).data.attributes)
      return HttpResponse.json({ data: trigger('trg-3', 30) }, { status: 201 })
    }),
  )
  expect(await screen.findByText('There are no pipelines yet.')).toBeDefined()
  expect(screen.getByRole('button', { name: 'Ask Push trigger 1 earlier' }).getAttribute('aria-disabled')).toBe('true')
  await user.click(screen.getByRole('button', { name: 'Ask Push trigger 1 later' }))
  await waitFor(() => expect(sent).toEqual([['trg-1', { priority: 20 }], ['trg-2', { priority: 10 }]]))
  await user.click(screen.getByRole('button', { name: 'New trigger' }))
  const dialog = await screen.findByRole('dialog')
  await user.click(within(dialog).getByLabelText('Plan and apply'))
  await user.click(within(dialog).getByRole('button', { name: 'Add trigger' }))
  await waitFor(() => expect(sent.at(-1)).toMatchObject({ event: 'push', action: 'plan-and-apply', priority: 30 }))
})

test('a commit that is pasted says what it would start, and why', async () => {
  const { user } = await open(workspace())
  server.use(
    http.get(`${API}/repositories/repo-1/commits/${SHA}/affected`, () =>
      HttpResponse.json({
        ...listOf([
          { id: 'ws-other', type: 'affected-workspaces', attributes: { name: 'other', starts: 'nothing', reason: 'Nothing that it uses changed.', 'working-directory': 'other' } },
          { id: 'ws-shop', type: 'affected-workspaces', attributes: { name: 'shop', starts: 'plan-and-apply', reason: 'shop/main.tf changed.', 'working-directory': 'shop' } },
        ]),
      }),
    ),
  )
  await user.click(await screen.findByLabelText('Commit'))
  await user.click(await screen.findByText(/Make it larger/))
  const table = await screen.findByRole('table', { name: 'Workspaces that it concerns' })
  const rows = (await within(table).findAllByRole('row')).slice(1).map((row) => row.textContent)
  expect(rows).toEqual(['shopPlan and applyshop/main.tf changed.', 'otherNothingNothing that it uses changed.'])
})

test('an SSH key is chosen, also for a workspace that comes from uploads, and taken away again', async () => {
  let key: string | null = null
  const { user } = await open(workspace(true, null), [], [MODULES])
  server.use(
    http.get(KEY_OF_SHOP, () => keyOfShop(key)),
    http.patch(KEY_OF_SHOP, async ({ request }) => {
      key = ((await request.json()) as { data: { attributes: { id: string | null } } }).data.attributes.id
      return keyOfShop(key)
    }),
  )
  await user.click(await screen.findByLabelText(/^SSH key/))
  await user.click(await screen.findByText('modules'))
  expect(screen.getByText(/slipway ssh-key assign modules --workspace shop/)).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(key).toBe('sshkey-1'))
  await waitFor(() => expect(screen.queryByText(/slipway ssh-key assign/)).toBeNull())
  await user.click(screen.getByRole('button', { name: 'Clear' }))
  expect(screen.getByText(/slipway ssh-key unassign --workspace shop/)).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(key).toBeNull())
})

test('a commit that does not concern the workspace says so, beside those that it concerns', async () => {
  const { user } = await open(workspace())
  server.use(
    http.get(`${API}/repositories/repo-1/commits/${SHA}/affected`, () =>
      HttpResponse.json(listOf([{ id: 'ws-other', type: 'affected-workspaces', attributes: { name: 'other', starts: 'plan', reason: 'other/main.tf changed.', 'working-directory': 'other' } }])),
    ),
  )
  await user.click(await screen.findByLabelText('Commit'))
  await user.click(await screen.findByText(/Make it larger/))
  const table = await screen.findByRole('table', { name: 'Workspaces that it concerns' })
  await within(table).findByText('other/main.tf changed.')
  const rows = within(table).getAllByRole('row').slice(1).map((row) => row.textContent)
  expect(rows).toEqual(['shopNothingIt changes nothing that this workspace is made of.', 'otherPlanother/main.tf changed.'])
})

test('what is typed outlives a run that changes the workspace', async () => {
  const { user, queries } = await open(workspace())
  const directory = await screen.findByLabelText(/^Directory/)
  await user.type(directory, '/live')
  server.use(http.get(`${ACME}/workspaces/shop`, () => HttpResponse.json({ data: workspace() }, { headers: { etag: '"6"' } })))
  await queries.invalidateQueries()
  expect((screen.getByLabelText(/^Directory/) as HTMLInputElement).value).toBe('shop/live')
})

test('a reader sees where it comes from and cannot change it', async () => {
  await open(workspace(false), [trigger('trg-1', 10)])
  expect(await screen.findByText('You may look at this, not change it')).toBeDefined()
  expect(screen.queryByRole('button', { name: 'Save' })).toBeNull()
  expect((await screen.findByRole('button', { name: 'New trigger' })).getAttribute('aria-disabled')).toBe('true')
})

test('equal priorities are pulled apart; tags leave the branch', () => {
  const rows = [trigger('a', 100), trigger('b', 100), trigger('c', 100)]
  expect(orderAfter(rows, 1, -1)).toEqual([
    { id: 'b', priority: 10 },
    { id: 'a', priority: 20 },
    { id: 'c', priority: 30 },
  ])
  expect(orderAfter(rows, 0, -1)).toEqual([])
  const before = valuesOf(workspace())
  expect(settingsOf(before, { ...before, follows: 'tags', 'tags-regex': 'v.*' }, undefined)).toEqual({
    'vcs-repo': { branch: 'main', 'tags-regex': 'v.*', 'ingress-submodules': false, 'large-files': false },
  })
})
