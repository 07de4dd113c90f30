// The queue of the site, as its administrators use it.
import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { ResourceOf, Schema } from '@/api/query'
import { API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import Queue from './queue'

const server = setupServer()

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const ITEMS = `${API}/admin/work-items`

function work(id: string, attributes: Partial<Schema<'WorkItem'>>): ResourceOf<'WorkItem'> {
  const usual = {
    kind: 'kernel.mail',
    subject: 'evt-1',
    pool: 'server',
    state: 'dead',
    attempt: 10,
    'max-attempts': 10,
    'last-error': 'the mail server refused the connection',
    'run-after': '2026-11-21T06:00:00.000Z',
    'created-at': '2026-11-21T05:00:00.000Z',
    'is-silent': false,
    'is-retryable': true,
  } satisfies Schema<'WorkItem'>
  return { id, type: 'work-items', attributes: { ...usual, ...attributes } }
}

const MAIL = work('work-1', {})
const PLAN = work('work-2', {
  kind: 'run.plan',
  subject: 'run-2rvmvbgs1935bjur',
  pool: 'apool-1',
  state: 'queued',
  attempt: 0,
  'last-error': null,
  'is-retryable': false,
})

/** The log of a phase of the same run, in an organization. */
const LOG = {
  ...work('work-3', { kind: 'infra.seal-logs', subject: 'apply-2rvmvbgs1935bjur', state: 'queued', 'last-error': null, 'is-retryable': false }),
  relationships: { organization: { data: { type: 'organizations', id: 'acme' } } },
}

function refusal(status: number, code: Schema<'Code'>, title: string, detail: string) {
  const errors = [{ status: String(status), code, title, detail }] satisfies Schema<'ErrorObject'>[]
  return HttpResponse.json({ errors }, { status })
}

/** What was asked for, and what was decided. */
async function open(search = '') {
  const asked: Record<string, string>[] = []
  const decided: string[] = []
  let rows: readonly ResourceOf<'WorkItem'>[] = [MAIL, PLAN, LOG]
  server.use(
    http.get(`${API}/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
    http.get(ITEMS, ({ request }) => {
      asked.push(Object.fromEntries(new URL(request.url).searchParams))
      return HttpResponse.json(listOf(rows))
    }),
    http.post(`${ITEMS}/:item/actions/:decision`, ({ params }) => {
      decided.push(`${String(params['decision'])} ${String(params['item'])}`)
      rows = rows.filter((item) => item.id !== params['item'])
      return HttpResponse.json({ data: MAIL })
    }),
  )
  const shown = await show(<Queue />, { path: '/app/admin/queue', at: `/app/admin/queue${search}` })
  return { ...shown, asked, decided }
}

async function choose(user: Awaited<ReturnType<typeof open>>['user'], what: RegExp, decision: RegExp) {
  await user.click(await screen.findByRole('button', { name: what }))
  await user.click(await screen.findByRole('menuitem', { name: decision }))
}

test('what failed too often says why, and is tried again once that is confirmed', async () => {
  const { user, decided } = await open()
  expect(await screen.findByText('the mail server refused the connection')).toBeDefined()
  await choose(user, /More for Mail/, /Try again/)
  const dialog = await screen.findByRole('dialog')
  expect(dialog.textContent).toContain('with 10 attempts from the beginning')
  expect(decided).toEqual([])
  await user.click(within(dialog).getByRole('button', { name: 'Try again' }))
  await waitFor(() => expect(decided).toEqual(['retry work-1']))
  await waitFor(() => expect(screen.queryByText('the mail server refused the connection')).toBeNull())
})

test('dropping says what is lost, and Cancel leaves the work where it is', async () => {
  const { user, decided } = await open()
  await choose(user, /More for Mail/, /Drop/)
  const dialog = await screen.findByRole('dialog')
  expect(dialog.textContent).toContain('cannot be brought back. The mail is never sent')
  await user.click(within(dialog).getByRole('button', { name: 'Cancel' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(decided).toEqual([])
  await choose(user, /More for Mail/, /Drop/)
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Drop it' }))
  await waitFor(() => expect(decided).toEqual(['drop work-1']))
})

test('what somebody else decided meanwhile is said in the dialog', async () => {
  const { user } = await open()
  server.use(
    http.post(`${ITEMS}/work-1/actions/retry`, () => refusal(409, 'conflict', 'Conflict', 'The work item work-1 did not fail too often.')),
  )
  await choose(user, /More for Mail/, /Try again/)
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Try again' }))
  expect((await screen.findByRole('alert')).textContent).toContain('did not fail too often')
})

test('what goes on by itself cannot be decided, and the menu says why', async () => {
  const { user, decided } = await open()
  await user.click(await screen.findByRole('button', { name: /More for Plan of a run/ }))
  const drop = await screen.findByRole('menuitem', { name: /Drop/ })
  expect(drop.textContent).toContain('goes on by itself')
  await user.click(drop)
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(decided).toEqual([])
})

test('the address narrows the list, as chips that go with their cross', async () => {
  const { user, router, asked } = await open('?state=dead,sick&kind=kernel.mail&pool=server')
  await screen.findByText('Mail')
  expect(asked[0]).toMatchObject({ 'filter[state]': 'dead', 'filter[kind]': 'kernel.mail', 'filter[pool]': 'server' })
  await user.click(screen.getByRole('button', { name: 'Remove the filter State' }))
  await waitFor(() => expect(asked.at(-1)).not.toHaveProperty('filter[state]'))
  expect(router.state.location.search).toEqual({ kind: 'kernel.mail', pool: 'server' })
})

test('whoever does not administer the site sees the refusal and no work', async () => {
  server.use(http.get(ITEMS, () => refusal(403, 'forbidden', 'Not allowed', 'This needs site.manage, which site administrators hold.')))
  await show(<Queue />, { path: '/app/admin/queue', at: '/app/admin/queue' })
  expect((await screen.findByRole('alert')).textContent).toContain('site administrators hold')
  expect(screen.queryByRole('table')).toBeNull()
})

test('what is about a run leads to it', async () => {
  await open()
  const link = await screen.findByRole('link', { name: 'run-2rvmvbgs1935bjur' })
  expect(link.getAttribute('href')).toBe('/app/acme/runs/run-2rvmvbgs1935bjur')
  expect(screen.getAllByText('evt-1')).toHaveLength(1)
})
