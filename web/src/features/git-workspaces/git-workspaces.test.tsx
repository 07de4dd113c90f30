import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { type ComponentType, Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import GitWorkspaces from './list'
import NewGitWorkspace from './new'
import GitWorkspacePage from './page'
import type { GitWorkspace, Member } from './queries'
import { changesOf, countWords, createCommand, editedOf, modeNote } from './words'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const T0 = '2026-11-20T10:00:00.000Z'
const LIVE = {
  id: 'gw-1',
  type: 'git-workspaces',
  attributes: {
    name: 'live',
    description: 'What runs',
    repository: 'platform/live',
    address: 'https://git.example.com/platform/live.git',
    'web-url': null,
    branch: null,
    directory: 'infra',
    mode: 'pull-request',
    'resource-count': 2,
    'problem-count': 1,
    'created-at': T0,
    'updated-at': T0,
  },
} as unknown as GitWorkspace

const member = (id: string, attributes: Partial<Member['attributes']>): Member =>
  ({
    id,
    type: 'git-workspace-resources',
    attributes: { name: 'network/main', status: 'merged', directory: 'infra/network/main', commit: 'abcdef1234', branch: null, 'branch-commit': null, change: null, problem: null, 'updated-at': T0, ...attributes },
  }) as unknown as Member

const sent: [string, unknown][] = []

function put({ rows = [LIVE], members = [] as readonly Member[], refused }: { rows?: readonly GitWorkspace[]; members?: readonly Member[]; refused?: object } = {}) {
  sent.length = 0
  const one = (id: string, type: string, attributes: object) => ({ id, type, attributes })
  const said = async ({ request }: { request: Request }) => {
    const text = await request.text()
    sent.push([`${request.method} ${request.url.slice(API.length)}`, text === '' ? null : (JSON.parse(text) as { data?: { attributes: unknown } }).data?.attributes])
    if (refused) return HttpResponse.json({ errors: [refused] }, { status: 422 })
    return request.method === 'POST' && request.url.endsWith('git-workspaces') ? HttpResponse.json({ data: LIVE }, { status: 201 }) : new HttpResponse(null, { status: 204 })
  }
  server.use(
    http.get(`${ACME}/access-explanations`, ({ request }) => {
      const asked = new URL(request.url).searchParams.get('permission')
      const permissions = asked ? [asked] : ['git-workspace.read', 'git-workspace.create', 'git-workspace.update', 'git-workspace.delete']
      return HttpResponse.json(listOf(permissions.map((permission) => one(permission, 'access-explanations', { permission, 'is-allowed': true }))))
    }),
    http.get(`${API}/account/session`, () => HttpResponse.json({ data: one('s', 'sessions', { 'csrf-token': 't' }) })),
    http.get(`${ACME}/git-workspaces`, () => HttpResponse.json(listOf(rows))),
    http.get(`${ACME}/integrations`, () => HttpResponse.json(listOf([one('int-1', 'integrations', { name: 'forge', 'kind-title': 'Gitea' })]))),
    http.get(`${API}/git-workspaces/gw-1`, () => HttpResponse.json({ data: LIVE }, { headers: { etag: '"2"' } })),
    http.get(`${API}/git-workspaces/gw-1/resources`, () => HttpResponse.json(listOf(members))),
    http.post(`${ACME}/git-workspaces`, said),
    http.post(`${API}/git-workspaces/gw-1/actions/synchronize`, said),
    http.delete(`${API}/git-workspaces/gw-1`, said),
    http.patch(`${API}/git-workspaces/gw-1`, said),
  )
}

const open = (Page: ComponentType, path: string, at = path) =>
  show(
    <Suspense>
      <Page />
    </Suspense>,
    { path: `/app/$organization/${path}`, at: `/app/acme/${at}` },
  )

test('without any the list says what they are, with the button and the command', async () => {
  put({ rows: [] })
  const { container } = await open(GitWorkspaces, 'git-workspaces')
  expect(await screen.findByText('No git workspaces yet')).toBeDefined()
  expect(screen.getByText(/slipway git-workspace create live/)).toBeDefined()
  await expectAccessible(container)
})

test('the list says where they are, and what needs somebody', async () => {
  put()
  await open(GitWorkspaces, 'git-workspaces')
  expect((await screen.findByRole('link', { name: 'live' })).getAttribute('href')).toBe('/app/acme/git-workspaces/gw-1')
  expect(screen.getByText('platform/live')).toBeDefined()
  expect(screen.getByText('2 resources, 1 needs somebody')).toBeDefined()
})

test('a page says how far the code of each resource is', async () => {
  const problem = 'Somebody changed infra/database/orders on main.'
  put({ members: [member('res-1', { 'pull-request': { number: 7, 'web-url': 'https://git.example.com/platform/live/pulls/7', state: 'merged', 'ended-by': 'grace' } }), member('res-2', { name: 'database/orders', status: 'blocked', problem })] })
  const { user, container } = await open(GitWorkspacePage, 'git-workspaces/$gitWorkspace', 'git-workspaces/gw-1')
  const table = within(await screen.findByRole('table', { name: 'Resources' }))
  expect((await table.findByRole('link', { name: 'network/main' })).getAttribute('href')).toBe('/app/acme/resources/res-1')
  expect(table.getByText('Merged')).toBeDefined()
  expect(table.getByRole('link', { name: /^#7, merged by grace/ }).getAttribute('href')).toBe('https://git.example.com/platform/live/pulls/7')
  expect(table.getByText('Needs somebody')).toBeDefined()
  expect(table.getByText(problem)).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Synchronize' }))
  await waitFor(() => expect(sent).toEqual([['POST /git-workspaces/gw-1/actions/synchronize', null]]))
})

test('is deleted after its name was typed', async () => {
  put()
  const { user } = await open(GitWorkspacePage, 'git-workspaces/$gitWorkspace', 'git-workspaces/gw-1')
  await user.click(await screen.findByRole('button', { name: 'More actions' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Delete…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByLabelText(/Type live/))
  await user.paste('live')
  await user.click(dialog.getByRole('button', { name: 'Delete git workspace' }))
  await waitFor(() => expect(sent).toEqual([['DELETE /git-workspaces/gw-1', null]]))
})

const change = async () => {
  const { user, container } = await open(GitWorkspacePage, 'git-workspaces/$gitWorkspace', 'git-workspaces/gw-1')
  await user.click(await screen.findByRole('button', { name: 'Change' }))
  const dialog = within(await screen.findByRole('dialog'))
  return { user, container, dialog }
}

test('is changed: says what another mode means, and sends what differs', async () => {
  put()
  const { user, container, dialog } = await change()
  expect(dialog.getByRole('button', { name: /^Save/ }).getAttribute('aria-disabled')).toBe('true')
  await user.selectOptions(dialog.getByLabelText('Changes come'), 'push')
  expect(dialog.getByText(/Pull requests that are open stay/)).toBeDefined()
  await user.type(dialog.getByLabelText(/^Branch/), 'live')
  await user.clear(dialog.getByLabelText(/^Directory/))
  expect((dialog.getByText(/slipway git-workspace update/).textContent ?? '').replaceAll(/ \\\n */g, ' ')).toContain("slipway git-workspace update live --branch live --directory '' --mode push")
  await expectAccessible(container)
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toEqual([['PATCH /git-workspaces/gw-1', { branch: 'live', directory: '', mode: 'push' }]]))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('keeps its branch and its directory while there is code in it, and says a refusal', async () => {
  put({ members: [member('res-1', {})], refused: { status: '422', code: 'invalid', title: 'invalid', detail: 'Its repository has no forge.', source: { pointer: '/data/attributes/mode' } } })
  const { user, dialog } = await change()
  const branch = dialog.getByLabelText(/^Branch/) as HTMLInputElement
  await waitFor(() => expect(branch.readOnly).toBe(true))
  expect(dialog.getAllByText(/while there is code of resources in it/)).toHaveLength(2)
  await user.selectOptions(dialog.getByLabelText('Changes come'), 'push')
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  expect((await dialog.findAllByText('Its repository has no forge.')).length).toBeGreaterThan(0)
})

test('a new one is made of a repository, and says what is wrong at its field', async () => {
  put({ refused: { status: '422', code: 'invalid', title: 'invalid', detail: 'There is no such repository.', source: { pointer: '/data/attributes/identifier' } } })
  const { user, container } = await open(NewGitWorkspace, 'git-workspaces/new')
  await user.type(await screen.findByLabelText('Name'), 'live')
  await user.type(screen.getByLabelText('Repository'), 'platform/live')
  await user.click(screen.getByLabelText(/^Integration/))
  await user.click(await screen.findByRole('option', { name: /forge/, hidden: true }))
  await user.selectOptions(screen.getByLabelText('Changes come'), 'pull-request')
  expect(screen.getByText(/git-workspace create live --repository platform\/live --integration forge --mode pull-request/)).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Create git workspace' }))
  expect((await screen.findAllByText('There is no such repository.')).length).toBeGreaterThan(0)
  expect(sent).toEqual([
    ['POST /organizations/acme/git-workspaces', { name: 'live', identifier: 'platform/live', 'integration-id': 'int-1', branch: null, directory: '', mode: 'pull-request', description: '' }],
  ])
})

test('its words', () => {
  expect(countWords({ 'resource-count': 0, 'problem-count': 0 })).toBe('none')
  expect(countWords({ 'resource-count': 1, 'problem-count': 0 })).toBe('1 resource')
  expect(createCommand({ name: ' ', identifier: '', integration: '', branch: 'main', directory: 'a', mode: 'push' })).toBe('slipway git-workspace create NAME --repository REPOSITORY --branch main --directory a')
})

test('only what differs is a change', () => {
  const before = editedOf(LIVE.attributes)
  expect(changesOf(before, before)).toEqual({})
  expect(changesOf({ ...before, branch: 'main' }, { ...before, branch: ' ', name: ' alive ' })).toEqual({ name: 'alive', branch: null })
  expect([modeNote('push', 'push'), modeNote('push', 'pull-request')]).toEqual([null, expect.stringContaining('get a pull request each')])
})
