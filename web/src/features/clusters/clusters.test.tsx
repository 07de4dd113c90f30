import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import Clusters from './page'

const one = (id: string, type: string, attributes: object) => ({ id, type, attributes })
const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

/** What was asked for to be done, with what was sent. */
let sent: [string, unknown][] = []

function put(clusters: readonly object[], manages: readonly string[] = ['pool.manage', 'app-plan.manage']) {
  sent = []
  server.use(
    http.get(`${ACME}/access-explanations`, () => HttpResponse.json(listOf(['cluster.read', ...manages].map((permission) => one(permission, 'access-explanations', { permission, 'is-allowed': true }))))),
    http.get(`${ACME}/clusters`, () => HttpResponse.json(listOf(clusters))),
    http.get(`${ACME}/pools`, () => HttpResponse.json(listOf([one('pool-1', 'pools', { name: 'default', cluster: 'local', 'is-default': true, 'is-shared': true })]))),
    http.get(`${ACME}/app-plans`, () =>
      HttpResponse.json(
        listOf([
          one('plan-1', 'app-plans', { name: 'small', memory: 536_870_912, processor: 500, burst: 200, 'is-default': true, 'is-shared': true }),
          one('plan-2', 'app-plans', { name: 'free', memory: 0, processor: 0, burst: 100, 'is-default': false, 'is-shared': false }),
        ]),
      ),
    ),
  )
}

const open = () => show(<Clusters />, { path: '/app/$organization/settings/clusters', at: '/app/acme/settings/clusters' })

test('clusters say how they are, pools where they are, plans what units may take', async () => {
  put([one('cluster-1', 'clusters', { name: 'local', driver: 'docker', status: 'unreachable', reason: 'Nobody answers at /var/run/docker.sock.', 'checked-at': '2026-11-20T10:00:00.000Z' })])
  const { container } = await open()
  const clusters = within(await screen.findByRole('table', { name: 'Clusters' }))
  expect(await clusters.findByText('Nobody answers at /var/run/docker.sock.')).toBeDefined()
  expect(clusters.getByText('Unreachable')).toBeDefined()
  const plans = within(screen.getByRole('table', { name: 'Plans' }))
  expect(await plans.findByText('512 MiB')).toBeDefined()
  expect(plans.getByText('up to 1 CPU')).toBeDefined()
  expect(plans.getAllByText('any')).toHaveLength(2)
  expect(within(screen.getByRole('table', { name: 'Pools' })).getByText('default', { selector: '[class*=strong]' })).toBeDefined()
  await expectAccessible(container)
})

test('without any it says who can change that', async () => {
  put([])
  await open()
  expect(await screen.findByText('There is nowhere to run apps')).toBeDefined()
  expect(screen.queryByRole('table', { name: 'Pools' })).toBeNull()
})

const LOCAL = one('cluster-1', 'clusters', { name: 'local', driver: 'docker', status: 'ready', reason: '', 'checked-at': null })

test('plans are made, made the default, and deleted', async () => {
  put([LOCAL])
  const hear = async ({ request }: { request: Request }) => {
    const text = await request.text()
    sent.push([`${request.method} ${new URL(request.url).pathname.replace('/api/v2', '')}`, text === '' ? null : (JSON.parse(text) as { data: { attributes: unknown } }).data.attributes])
    return request.method === 'DELETE' ? new HttpResponse(null, { status: 204 }) : HttpResponse.json({ data: one('plan-3', 'app-plans', { name: 'tiny' }) }, { status: 201 })
  }
  server.use(
    http.get(`${API}/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
    http.post(`${ACME}/app-plans`, hear),
    http.patch(`${API}/app-plans/plan-2`, hear),
    http.delete(`${API}/app-plans/plan-2`, hear),
  )
  const { user } = await open()
  await screen.findByText('free')
  await user.click(screen.getByRole('button', { name: 'New plan…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText('Name'), 'tiny')
  await user.clear(dialog.getByLabelText('Memory'))
  await user.type(dialog.getByLabelText('Memory'), '64')
  await user.click(dialog.getByRole('button', { name: 'Create plan' }))
  const made = { name: 'tiny', memory: 67_108_864, processor: 500, burst: 100, 'is-default': false, 'is-shared': false }
  await waitFor(() => expect(sent).toEqual([['POST /organizations/acme/app-plans', made]]))
  await user.click(screen.getByRole('button', { name: 'Make free the default' }))
  await waitFor(() => expect(sent.at(-1)).toEqual(['PATCH /app-plans/plan-2', { 'is-default': true }]))
  await user.click(screen.getByRole('button', { name: 'Delete free' }))
  await user.click(await screen.findByRole('button', { name: 'Delete plan' }))
  await waitFor(() => expect(sent.at(-1)?.[0]).toBe('DELETE /app-plans/plan-2'))
})

test('who may not change them is told', async () => {
  put([LOCAL], [])
  await open()
  await screen.findByText('free')
  for (const name of ['New pool…', 'New plan…', 'Delete free']) expect(screen.getByRole('button', { name }).getAttribute('aria-disabled')).toBe('true')
})
