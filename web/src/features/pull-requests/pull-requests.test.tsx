import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, acme, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import { type Planned, type PullRequest, riskFirst } from './parts'
import RepositoryPullRequests from './repository-page'
import WorkspacePullRequests from './workspace-page'

const WEB = 'https://gitea.example.com/platform/infra'

const planned = (name: string, changes: Partial<Planned> = {}): Planned => ({
  'workspace-id': `ws-${name}`,
  name,
  reason: `live/${name}/main.tf is in its directory.`,
  'run-id': `run-${name}`,
  status: 'planned_and_finished',
  counts: { add: 0, change: 0, destroy: 0, import: 0, outputs: 0 },
  'is-applied-before': false,
  'is-locked': false,
  ...changes,
})

const request = (number: number, changes: Partial<PullRequest['attributes']> = {}): PullRequest => ({
  id: `pr-${number}`,
  type: 'pull-requests',
  attributes: {
    number,
    title: 'Larger machines',
    url: `${WEB}/pulls/${number}`,
    author: 'lin',
    state: 'open',
    'head-branch': 'larger',
    'head-commit': 'd'.repeat(40),
    'base-branch': 'main',
    'is-fork': false,
    'is-waiting-for-allow': false,
    conflicts: [],
    workspaces: [],
    'created-at': '2026-11-21T06:00:00.000Z',
    'updated-at': '2026-11-21T06:00:00.000Z',
    ...changes,
  },
  relationships: { repository: { data: { id: 'repo-1', type: 'repositories' } } },
})

const workspace = (name: string, mayPlan: boolean) => ({ id: `ws-${name}`, type: 'workspaces', attributes: { name, permissions: { 'can-queue-run': mayPlan } } })

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

function put(requests: () => readonly PullRequest[], mayPlan = true) {
  const asked: Record<string, string>[] = []
  server.use(
    ...acme(),
    http.get(`${API}/repositories/repo-1`, () => HttpResponse.json({ data: { id: 'repo-1', type: 'repositories', attributes: { 'full-name': 'platform/infra', 'web-url': WEB } } })),
    http.get(`${API}/repositories/repo-1/pull-requests`, ({ request: { url } }) => {
      asked.push(Object.fromEntries(new URL(url).searchParams))
      return HttpResponse.json(listOf(requests()))
    }),
    http.get(`${ACME}/workspaces`, () => HttpResponse.json(listOf([workspace('prod', mayPlan)]))),
  )
  return asked
}

const open = (search = '') =>
  show(
    <Suspense>
      <RepositoryPullRequests />
    </Suspense>,
    { path: '/app/$organization/repositories/$repository/pull-requests', at: `/app/acme/repositories/repo-1/pull-requests${search}` },
  )

test('each pull request says what it changes in every workspace, what destroys first', async () => {
  const counts = { add: 2, change: 0, destroy: 1, import: 0, outputs: 0 }
  put(() => [
    request(7, {
      workspaces: [
        planned('dev', { status: null, 'run-id': null, counts: null, skipped: 'It is locked by dana.' } as never),
        planned('prod', { counts, 'is-locked': true, 'is-applied-before': true }),
        planned('test', { status: 'planning' }),
      ],
    }),
  ])
  const { container } = await open()
  expect((await screen.findByRole('link', { name: /#7 Larger machines/ })).getAttribute('href')).toBe(`${WEB}/pulls/7`)
  const table = screen.getByRole('table', { name: 'Plans of pull request 7' })
  const rows = within(table).getAllByRole('row').slice(1)
  expect(rows[0]?.textContent).toContain('prod')
  expect(within(table).getByLabelText('2 to create, 1 to destroy')).toBeDefined()
  expect(within(table).getByLabelText('locked by this pull request')).toBeDefined()
  expect(within(table).getByText('It is locked by dana.')).toBeDefined()
  // What is not planned yet has no numbers.
  expect(rows[2]?.textContent).not.toContain('no changes')
  expect(within(table).getByRole('link', { name: 'prod' }).getAttribute('href')).toBe('/app/acme/workspaces/prod/runs/run-prod')
  await expectAccessible(container)
})

test('one from a fork waits, and is allowed by who may plan, told what that means', async () => {
  let isAllowed = false
  put(() => [request(8, { 'is-fork': true, author: 'stranger', 'is-waiting-for-allow': !isAllowed, ...(isAllowed && { 'allowed-by': 'ada', workspaces: [planned('prod')] }) })])
  server.use(
    http.post(`${API}/pull-requests/pr-8/actions/allow`, () => {
      isAllowed = true
      return HttpResponse.json({ data: request(8) })
    }),
  )
  const { user, container } = await open()
  await user.click(await screen.findByRole('button', { name: 'Allow… #8' }))
  const dialog = within(await screen.findByRole('dialog'))
  expect(dialog.getByText(/without secrets/)).toBeDefined()
  await expectAccessible(container)
  await user.click(dialog.getByRole('button', { name: 'Allow' }))
  expect(await screen.findByText('fork, allowed by ada')).toBeDefined()
  expect(screen.queryByText('It waits for somebody to allow it')).toBeNull()
})

test('a reader is told why nothing can be started, and what the server refuses is said', async () => {
  put(() => [request(8, { 'is-waiting-for-allow': true }), request(7, { workspaces: [planned('prod')] })], false)
  await open()
  await waitFor(() => expect(screen.getByRole('button', { name: 'Allow… #8' }).getAttribute('aria-disabled')).toBe('true'))
  expect(screen.getByRole('button', { name: 'Plan again: #7' }).getAttribute('aria-disabled')).toBe('true')
})

test('planning again says why not, where nothing comes of it', async () => {
  put(() => [request(7, { workspaces: [planned('prod')] })])
  server.use(
    http.post(`${API}/pull-requests/pr-7/actions/plan`, () =>
      HttpResponse.json({ errors: [{ status: '409', code: 'conflict', title: 'Conflict', detail: 'It contradicts main.' }] }, { status: 409 }),
    ),
  )
  const { user } = await open()
  await user.click(await screen.findByRole('button', { name: 'Plan again: #7' }))
  expect(await screen.findByText('It contradicts main.')).toBeDefined()
})

test('files in conflict are named; filters stand in the address', async () => {
  const asked = put(() => [request(9, { conflicts: ['live/prod/main.tf'] })])
  const { user } = await open('?state=open&author=lin')
  expect(within(await screen.findByRole('list', { name: 'Files in conflict' })).getByText('live/prod/main.tf')).toBeDefined()
  expect(asked[0]).toMatchObject({ 'filter[state]': 'open', 'filter[author]': 'lin' })
  await user.click(screen.getByRole('button', { name: /Remove.*State/i }))
  await waitFor(() => expect(asked.at(-1)).not.toHaveProperty('filter[state]'))
})

test('a workspace shows those that concern it', async () => {
  let asked = ''
  server.use(
    ...acme(),
    http.get(`${ACME}/workspaces/prod`, () => HttpResponse.json({ data: workspace('prod', true) })),
    http.get(`${ACME}/pull-requests`, ({ request: { url } }) => {
      asked = new URL(url).searchParams.get('filter[workspace]') ?? ''
      return HttpResponse.json(listOf([]))
    }),
  )
  await show(
    <Suspense>
      <WorkspacePullRequests />
    </Suspense>,
    { path: '/app/$organization/workspaces/$workspace/pull-requests', at: '/app/acme/workspaces/prod/pull-requests' },
  )
  expect(await screen.findByText('No pull request of prod yet')).toBeDefined()
  expect(asked).toBe('ws-prod')
})

test('what fails comes first, then what destroys', () => {
  const counts = { add: 0, change: 1, destroy: 0, import: 0, outputs: 0 }
  const order = riskFirst([planned('a'), planned('b', { counts }), planned('c', { counts: { ...counts, destroy: 1 } }), planned('d', { status: 'errored' })])
  expect(order.map(({ name }) => name)).toEqual(['d', 'c', 'b', 'a'])
})
