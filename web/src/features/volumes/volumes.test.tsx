import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import Volumes from './page'
import { NEW_PLAN, planCommand, planProblems, planWords, settingsOf } from './words'

const T0 = '2026-11-20T10:00:00.000Z'
const one = (id: string, type: string, attributes: object) => ({ id, type, attributes })
const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

/** What was asked for to be done, with what was sent. */
let sent: [string, unknown][] = []

const volume = (id: string, name: string, apps: readonly string[], mayDelete = true, jobs: readonly string[] = []) =>
  one(id, 'volumes', { name, plan: 'fast', kind: 'persistent', pool: 'main', size: 21_474_836_480, folder: null, status: 'ready', reason: '', apps, jobs, permissions: { 'can-bind': true, 'can-delete': mayDelete }, 'created-by': 'ada', 'created-at': T0 })

const PLANS = [
  one('vplan-1', 'volume-plans', { name: 'fast', kind: 'persistent', settings: { 'storage-class': 'ssd', size: 10_737_418_240 }, 'is-shared': false, 'created-at': T0 }),
  one('vplan-2', 'volume-plans', { name: 'folders', kind: 'host-path', settings: { path: '/srv/apps', 'is-parent': true }, 'is-shared': true, 'created-at': T0 }),
]

function put(volumes: readonly object[], manages: readonly string[] = ['volume-plan.manage']) {
  sent = []
  const hear = async ({ request }: { request: Request }) => {
    const text = await request.text()
    sent.push([`${request.method} ${new URL(request.url).pathname.replace('/api/v2', '')}`, text === '' ? null : (JSON.parse(text) as { data: { attributes: unknown } }).data.attributes])
    return request.method === 'DELETE' ? new HttpResponse(null, { status: 204 }) : HttpResponse.json({ data: one('new', 'volumes', {}) }, { status: 201 })
  }
  server.use(
    http.get(`${API}/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
    http.get(`${ACME}/access-explanations`, ({ request }) => {
      const permission = new URL(request.url).searchParams.get('permission')
      const held = permission ? [permission] : ['volume.read', ...manages]
      return HttpResponse.json(listOf(held.map((name) => one(name, 'access-explanations', { permission: name, 'is-allowed': true }))))
    }),
    http.get(`${ACME}/volumes`, () => HttpResponse.json(listOf(volumes))),
    http.get(`${ACME}/volume-plans`, () => HttpResponse.json(listOf(PLANS))),
    http.get(`${ACME}/pools`, () => HttpResponse.json(listOf([one('pool-1', 'pools', { name: 'main', cluster: 'local', 'is-default': true })]))),
    http.get(`${ACME}/projects`, () => HttpResponse.json(listOf([one('prj-1', 'projects', { name: 'payments', 'is-default': true })]))),
    http.post(`${ACME}/volumes`, hear),
    http.post(`${ACME}/volume-plans`, hear),
    http.delete(`${API}/volumes/vol-2`, hear),
    http.delete(`${API}/volume-plans/vplan-1`, hear),
  )
}

const open = () =>
  show(
    <Suspense>
      <Volumes />
    </Suspense>,
    { path: '/app/$organization/volumes', at: '/app/acme/volumes' },
  )

const isOff = (element: HTMLElement) => element.getAttribute('aria-disabled') === 'true'
const said = (element: HTMLElement) => element.textContent?.replaceAll(/ \\\n\s+/g, ' ')

test('volumes say what they are and who sees them; one that is seen is not deleted', async () => {
  put([volume('vol-1', 'shop-data', ['shop']), volume('vol-2', 'old', [])])
  const { container, user } = await open()
  expect((await screen.findByRole('link', { name: 'shop' })).getAttribute('href')).toBe('/app/acme/apps/shop/volumes')
  expect(await screen.findByText('a folder in /srv/apps')).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Delete shop-data' }))
  let dialog = within(await screen.findByRole('dialog'))
  expect(dialog.getAllByText('shop has shop-data among its files. Take it away there first.').length).toBeGreaterThan(0)
  expect(dialog.getByRole('link', { name: 'What depends on it' }).getAttribute('href')).toBe('/app/acme/graph/vol-1')
  expect(isOff(dialog.getByRole('button', { name: /^Delete volume/ }))).toBe(true)
  await user.click(dialog.getByRole('button', { name: 'Cancel' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await user.click(screen.getByRole('button', { name: 'Delete old' }))
  dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText(/to confirm/), 'old')
  await user.click(dialog.getByRole('button', { name: 'Delete volume' }))
  await waitFor(() => expect(sent).toEqual([['DELETE /volumes/vol-2', null]]))
})

test('jobs that see one are named, and keep it from being deleted', async () => {
  put([volume('vol-1', 'lines', ['shop'], true, ['nightly'])])
  const { user } = await open()
  expect((await screen.findByRole('link', { name: 'job nightly' })).getAttribute('href')).toBe('/app/acme/jobs/nightly/binds')
  await user.click(screen.getByRole('button', { name: 'Delete lines' }))
  const dialog = within(await screen.findByRole('dialog'))
  expect(dialog.getAllByText('shop, job nightly have lines among their files. Take it away there first.').length).toBeGreaterThan(0)
})

test('one is made of a plan, with what that plan asks for', async () => {
  put([])
  const { user } = await open()
  await screen.findByText('No volume yet')
  await screen.findByText('fast')
  await user.click(screen.getByRole('button', { name: 'New volume…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText('Name'), 'shop-data')
  await user.click(dialog.getByRole('button', { name: 'Create volume' }))
  expect(await dialog.findByText('Choose a plan.')).toBeDefined()
  await user.type(await dialog.findByLabelText('Plan'), 'fas')
  await user.click(await screen.findByRole('option', { name: /fast/, hidden: true }))
  await user.type(await dialog.findByLabelText(/^Size/), '20')
  expect(said(dialog.getByText(/slipway volume create/))).toContain('slipway volume create shop-data --plan fast --size 20GiB')
  await user.click(dialog.getByRole('button', { name: 'Create volume' }))
  await waitFor(() => expect(sent).toEqual([['POST /organizations/acme/volumes', { name: 'shop-data', plan: 'fast', size: 21_474_836_480 }]]))
})

test('plans are made and deleted, by who may', async () => {
  put([])
  const { user } = await open()
  await user.click(await screen.findByRole('button', { name: 'New plan…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText('Name'), 'scratch')
  await user.selectOptions(dialog.getByLabelText('Volumes of it are'), 'ephemeral')
  await user.click(dialog.getByLabelText('In memory'))
  await user.click(dialog.getByRole('button', { name: 'Create plan' }))
  await waitFor(() => expect(sent).toEqual([['POST /organizations/acme/volume-plans', { name: 'scratch', kind: 'ephemeral', settings: { 'is-in-memory': true }, 'is-shared': false }]]))
  await user.click(screen.getByRole('button', { name: 'Delete the plan fast' }))
  await user.click(await screen.findByRole('button', { name: 'Delete plan' }))
  await waitFor(() => expect(sent.at(-1)?.[0]).toBe('DELETE /volume-plans/vplan-1'))
})

test('who may not change them is told', async () => {
  put([volume('vol-1', 'shop-data', [], false)], [])
  await open()
  await screen.findByText('shop-data')
  for (const name of ['New plan…', 'Delete shop-data', 'Delete the plan fast']) expect(isOff(await screen.findByRole('button', { name }))).toBe(true)
})

test('words', () => {
  expect(planWords(PLANS[0] as never)).toBe('ssd, 10 GiB')
  const nfs = { ...NEW_PLAN, name: 'nfs', driver: 'local', options: 'type=nfs\no=addr=10.0.0.9' }
  expect(settingsOf(nfs)).toEqual({ driver: 'local', options: { type: 'nfs', o: 'addr=10.0.0.9' } })
  expect(planCommand({ ...nfs, options: 'type=nfs' }).replaceAll(/ \\\n\s+/g, ' ')).toBe('slipway volume-plan create nfs --kind engine --driver local --option type=nfs')
  expect(Object.keys(planProblems({ ...NEW_PLAN, kind: 'host-path', path: 'srv' }))).toEqual(['name', 'path'])
  expect(planProblems({ ...NEW_PLAN, name: 'a', options: 'type' }).options).toBeDefined()
})
