import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { show } from '@/testing/render'
import { listOf, READER, workspaceCalled } from '../fixture'
import type { WorkspaceRow } from '../queries'
import WorkspacesPage from './page'

const ORIGIN = window.location.origin
const ORGANIZATION = `${ORIGIN}/api/v2/organizations/acme`
let asked: URLSearchParams[] = []
let summed: URLSearchParams[] = []
let rows: readonly WorkspaceRow[] = []
const server = setupServer(
  http.get(`${ORIGIN}/api/v2/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
  http.get(`${ORIGIN}/api/v2/account/preferences`, () => HttpResponse.json({ data: [] })),
  http.put(`${ORIGIN}/api/v2/account/preferences/:key`, () => new HttpResponse(null, { status: 204 })),
  http.get(ORGANIZATION, () =>
    HttpResponse.json({ data: { id: 'acme', type: 'organizations', attributes: { name: 'acme', permissions: { 'can-create-workspace': false } } } }),
  ),
  http.get(`${ORGANIZATION}/projects`, () =>
    HttpResponse.json(listOf([{ id: 'prj-1', type: 'projects', attributes: { name: 'shop', 'is-default': true } }])),
  ),
  http.get(`${ORGANIZATION}/workspaces-summary`, ({ request }) => {
    summed.push(new URL(request.url).searchParams)
    const attributes = { total: 9, locked: 0, 'by-status': { errored: 1, planned: 1, policy_checked: 2, none: 1, applied: 4 } }
    return HttpResponse.json({ data: { id: 'acme', type: 'workspaces-summaries', attributes } })
  }),
  http.get(`${ORGANIZATION}/workspaces`, ({ request }) => {
    asked.push(new URL(request.url).searchParams)
    return HttpResponse.json(listOf(rows))
  }),
)

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
beforeEach(() => {
  asked = []
  summed = []
  rows = [workspaceCalled('shop-prod'), workspaceCalled('shop-cdn', { 'resource-count': 26 })]
  localStorage.clear()
})
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const list = (search = '') => show(<WorkspacesPage />, { path: '/app/$organization/workspaces', at: `/app/acme/workspaces${search}` })
const address = (router: Awaited<ReturnType<typeof show>>['router']) => router.state.location.search

test('the address is what the server is asked for, and what the chips say', async () => {
  await list('?status=errored&tag=env%3Dprod,core&project=prj-1&sort=name&page=3')
  await screen.findByRole('link', { name: 'shop-prod' })
  expect(Object.fromEntries(asked[0] ?? [])).toEqual({
    'filter[status]': 'errored',
    'search[tags]': 'env=prod,core',
    'filter[project][id]': 'prj-1',
    sort: 'name',
    'page[number]': '3',
    'page[size]': '50',
  })
  const chips = screen.getByRole('search')
  expect(within(chips).getByRole('button', { name: 'Failed' })).toBeDefined()
  expect(await within(chips).findByRole('button', { name: 'shop' })).toBeDefined()
  expect(within(chips).getByRole('button', { name: 'env=prod, core' })).toBeDefined()
})

test('the numbers are of the filtered workspaces, and choose a status', async () => {
  const { user, router } = await list('?q=shop&status=errored')
  const keys = await screen.findByRole('list', { name: 'Where they stand' })
  expect(within(keys).getAllByRole('link').map((link) => link.textContent)).toEqual([
    '3 need confirmation',
    '1 failed',
    '1 never run',
    '4 in sync',
  ])
  expect(summed.map((query) => query.toString())).toContain('search%5Bname%5D=shop')
  expect(await screen.findByRole('link', { name: /Needs attention ?4/ })).toBeDefined()
  await user.click(within(keys).getByRole('link', { name: '3 need confirmation' }))
  await waitFor(() => expect(address(router)).toEqual({ q: 'shop', status: 'planned,policy_checked,planned_and_saved' }))
  await user.click(within(keys).getByRole('link', { name: '3 need confirmation' }))
  await waitFor(() => expect(address(router)).toEqual({ q: 'shop' }))
})

test('what stands wrongly in the address falls back', async () => {
  await list('?sort=colour&page=-2')
  await screen.findByRole('link', { name: 'shop-prod' })
  expect(Object.fromEntries(asked[0] ?? [])).toEqual({ sort: '-latest-change-at', 'page[number]': '1', 'page[size]': '50' })
})

test('filters and order go into the address, and back to the first page', async () => {
  const { user, router } = await list('?status=errored&page=3')
  await user.click(await screen.findByRole('button', { name: 'Remove the filter Status' }))
  await waitFor(() => expect(address(router)).toEqual({}))
  await user.type(screen.getByRole('searchbox'), 'cdn')
  await waitFor(() => expect(address(router)).toEqual({ q: 'cdn' }))
  await user.click(screen.getByRole('button', { name: 'Name' }))
  await waitFor(() => expect(address(router)).toEqual({ q: 'cdn', sort: 'name' }))
  await waitFor(() => expect(asked.at(-1)?.get('search[name]')).toBe('cdn'))
})

test('filters can be kept as a view, which opens them again', async () => {
  const { user, router } = await list('?q=prod')
  await user.click(await screen.findByRole('button', { name: /Save as a view/ }))
  await user.type(await screen.findByLabelText('Name of the view'), 'Production{Enter}')
  const view = await screen.findByRole('link', { name: 'Production' })
  await user.click(screen.getByRole('link', { name: 'All' }))
  await waitFor(() => expect(address(router)).toEqual({}))
  await user.click(view)
  await waitFor(() => expect(address(router)).toEqual({ q: 'prod' }))
})

test('with several selected, what stands in the way is named, and what failed stays selected', async () => {
  server.use(
    http.post(`${ORIGIN}/api/v2/workspaces/:workspace/actions/lock`, ({ params }) =>
      params['workspace'] === rows[0]?.id
        ? HttpResponse.json({ data: rows[0] })
        : HttpResponse.json({ errors: [{ status: '409', code: 'conflict', title: 'Conflict', detail: 'A run holds the lock.' }] }, { status: 409 }),
    ),
  )
  const { user, container } = await list()
  await user.click(await screen.findByRole('checkbox', { name: 'Select shop-prod' }))
  await user.click(screen.getByRole('checkbox', { name: 'Select shop-cdn' }))
  const bar = screen.getByRole('toolbar', { name: '2 workspaces selected' })
  const remove = within(bar).getByRole('button', { name: 'Delete…' })
  expect(remove.getAttribute('aria-disabled')).toBe('true')
  expect(bar.textContent).toContain('shop-cdn still has 26 resources. Destroy them first, then delete the workspace.')
  await expectAccessible(container)

  await user.click(within(bar).getByRole('button', { name: 'Lock…' }))
  await user.type(await screen.findByLabelText(/Reason/), 'key ceremony')
  await user.click(screen.getByRole('button', { name: 'Lock' }))
  expect(await screen.findByText('shop-cdn: A run holds the lock.')).toBeDefined()
  expect(screen.getByText('1 selected')).toBeDefined()
})

test('a reader is offered nothing that he may not do, and is told why', async () => {
  rows = [workspaceCalled('shop-prod', { permissions: READER })]
  const { user } = await list()
  await user.click(await screen.findByRole('checkbox', { name: 'Select shop-prod' }))
  const bar = screen.getByRole('toolbar')
  const offered = within(bar)
    .getAllByRole('button')
    .filter((button) => button.getAttribute('aria-disabled') !== 'true')
  expect(offered.map((button) => button.getAttribute('aria-label'))).toEqual(['Select nothing'])
  expect(bar.textContent).toContain('You may not lock shop-prod: that needs workspace.lock.')
  const create = screen.getByRole('button', { name: 'New workspace' })
  expect(create.getAttribute('aria-disabled')).toBe('true')
})
