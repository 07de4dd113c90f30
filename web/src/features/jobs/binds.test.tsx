import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import JobBinds from './binds-page'

const T0 = '2026-11-20T03:00:00.000Z'
const EVERYTHING = { 'can-update': true, 'can-run': true, 'can-read-env': true, 'can-update-env': true, 'can-read-logs': true, 'can-delete': true }
const one = (id: string, type: string, attributes: object) => ({ id, type, attributes })
const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

/** What was asked for to be done, with what was sent. */
let sent: [string, unknown][] = []

const BIND = one('bind-1', 'job-binds', {
  origin: { kind: 'service-instance', id: 'si-1', name: 'orders-db' },
  status: 'bound',
  reason: '',
  variables: [{ name: 'DATABASE_URL', output: 'url' }],
  'created-by': 'ada',
  'created-at': T0,
  'updated-at': T0,
})
const VOLUME = one('vbind-1', 'job-volume-binds', { volume: { id: 'vol-1', name: 'shop-data' }, job: 'job-1', path: '/data', 'is-read-only': true, 'created-by': 'ada', 'created-at': T0 })

function put(binds: readonly object[], volumes: readonly object[], permissions: object = EVERYTHING) {
  sent = []
  const hear = async ({ request }: { request: Request }) => {
    const text = await request.text()
    sent.push([`${request.method} ${new URL(request.url).pathname.replace('/api/v2', '')}`, text === '' ? null : (JSON.parse(text) as { data: { attributes: unknown } }).data.attributes])
    return request.method === 'DELETE' ? new HttpResponse(null, { status: 204 }) : HttpResponse.json({ data: BIND }, { status: 201 })
  }
  const job = one('job-1', 'jobs', { name: 'nightly', description: '', labels: [], pool: { id: 'pool-1', name: 'main' }, status: 'succeeded', 'is-paused': false, cron: null, permissions })
  server.use(
    http.get(`${API}/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
    http.get(`${API}/account/preferences`, () => HttpResponse.json({ data: one('p', 'preferences', { values: {} }) })),
    http.get(`${ACME}/jobs/nightly`, () => HttpResponse.json({ data: job })),
    http.get(`${API}/jobs/job-1/binds`, () => HttpResponse.json(listOf(binds))),
    http.get(`${API}/jobs/job-1/volume-binds`, () => HttpResponse.json(listOf(volumes))),
    http.get(`${ACME}/service-instances`, () => HttpResponse.json(listOf([one('si-1', 'service-instances', { name: 'orders-db' })]))),
    http.get(`${ACME}/volumes`, () =>
      HttpResponse.json(listOf([one('vol-1', 'volumes', { name: 'shop-data', plan: 'fast', pool: 'main', permissions: { 'can-bind': true } }), one('vol-2', 'volumes', { name: 'far-data', plan: 'fast', pool: 'far', permissions: { 'can-bind': true } })])),
    ),
    http.post(`${API}/jobs/job-1/binds`, hear),
    http.post(`${API}/jobs/job-1/volume-binds`, hear),
    http.delete(`${API}/job-binds/bind-1`, hear),
    http.delete(`${API}/job-volume-binds/vbind-1`, hear),
  )
}

const open = () =>
  show(
    <Suspense>
      <JobBinds />
    </Suspense>,
    { path: '/app/$organization/jobs/$job/binds', at: '/app/acme/jobs/nightly/binds' },
  )

const isOff = (element: HTMLElement) => element.getAttribute('aria-disabled') === 'true'
const said = (element: HTMLElement) => element.textContent?.replaceAll(/ \\\n\s+/g, ' ')

test('a job is bound to a service instance and sees a volume', async () => {
  put([], [])
  const { user, container } = await open()
  await screen.findByText('Bound to nothing')
  await screen.findByText('Its runs see no volume')
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Bind…' }))
  let dialog = within(await screen.findByRole('dialog'))
  await user.type(await dialog.findByLabelText('Which'), 'ord')
  await user.click(await screen.findByRole('option', { name: 'orders-db', hidden: true }))
  expect(said(dialog.getByText(/^slipway job bind/))).toContain('slipway job bind nightly orders-db')
  await user.click(dialog.getByRole('button', { name: 'Bind it' }))
  await waitFor(() => expect(sent).toEqual([['POST /jobs/job-1/binds', { 'service-instance': 'si-1' }]]))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await user.click(screen.getByRole('button', { name: 'Bind a volume…' }))
  dialog = within(await screen.findByRole('dialog'))
  await user.type(await dialog.findByLabelText('Volume'), 'data')
  await user.click(await screen.findByRole('option', { name: /shop-data/, hidden: true }))
  expect(screen.queryByRole('option', { name: /far-data/, hidden: true })).toBeNull()
  await user.type(dialog.getByLabelText('Seen at'), '/data')
  await user.click(dialog.getByRole('button', { name: 'Bind it' }))
  await waitFor(() => expect(sent.at(-1)).toEqual(['POST /jobs/job-1/volume-binds', { volume: 'vol-1', path: '/data', 'is-read-only': false }]))
})

test('what it sees stands there, and is taken away', async () => {
  put([BIND], [VOLUME])
  const { user, container } = await open()
  expect(await screen.findByText('DATABASE_URL')).toBeDefined()
  expect(await screen.findByText('/data')).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Unbind orders-db' }))
  await user.click(await screen.findByRole('button', { name: 'Unbind' }))
  await waitFor(() => expect(sent).toEqual([['DELETE /job-binds/bind-1', null]]))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await user.click(screen.getByRole('button', { name: 'Take shop-data away from /data' }))
  await user.click(await screen.findByRole('button', { name: 'Take it away' }))
  await waitFor(() => expect(sent.at(-1)).toEqual(['DELETE /job-volume-binds/vbind-1', null]))
})

test('who may not is told', async () => {
  put([BIND], [], { ...EVERYTHING, 'can-read-env': false, 'can-update': false })
  await open()
  expect(await screen.findByText('What it is bound to is not for you')).toBeDefined()
  expect(isOff(await screen.findByRole('button', { name: 'Bind a volume…' }))).toBe(true)
})
