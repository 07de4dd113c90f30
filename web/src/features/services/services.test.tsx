import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { type ComponentType, Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import InstancePage from './instance-page'
import Instances from './instances-page'
import Services from './offered-page'
import { alsoDepending, boundTo, listed, offerCommand, offerOf, statusOf, wouldBreak } from './words'

const T0 = '2026-11-20T10:00:00.000Z'
const one = (id: string, type: string, attributes: object, relationships = {}) => ({ id, type, attributes, relationships })
const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

/** What was asked for to be done, with what was sent. */
let sent: [string, unknown][] = []

const SERVICE = one('svc-1', 'services', {
  name: 'database',
  description: 'PostgreSQL for one app',
  template: 'postgres',
  outputs: { url: 'DATABASE_URL' },
  projects: [],
  permissions: { 'can-manage': true },
  'created-at': T0,
  'updated-at': T0,
})

const instance = (changes: object = {}) =>
  one(
    'si-1',
    'service-instances',
    {
      name: 'orders-db',
      service: { id: 'svc-1', name: 'database' },
      resource: { id: 'res-1', state: 'provisioned', 'is-changing': false },
      apps: ['web'],
      jobs: [],
      'is-leaving': false,
      permissions: { 'can-delete': true },
      'created-by': 'ada',
      'created-at': T0,
      ...changes,
    },
    { project: { data: { id: 'prj-1', type: 'projects' } } },
  )

const APP = { id: 'app-1', kind: 'app', name: 'web', status: 'running', distance: 1, because: [{ on: 'si-1', why: 'bind' }] }

interface Stage {
  readonly services?: readonly object[]
  readonly shown?: ReturnType<typeof instance>
  readonly affected?: readonly object[]
  readonly holds?: readonly string[]
}

function put({ services = [SERVICE], shown = instance(), affected = [APP], holds = ['service.read', 'service.manage', 'service-instance.read'] }: Stage = {}) {
  sent = []
  const hear =
    (status: number, answer?: object) =>
    async ({ request }: { request: Request }) => {
      const text = await request.text()
      const { pathname, search } = new URL(request.url)
      sent.push([`${request.method} ${pathname.replace('/api/v2', '')}${search}`, text === '' ? null : (JSON.parse(text) as { data: { attributes: unknown } }).data.attributes])
      return answer ? HttpResponse.json({ data: answer }, { status }) : new HttpResponse(null, { status })
    }
  server.use(
    http.get(`${API}/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
    http.get(`${API}/account/preferences`, () => HttpResponse.json({ data: one('p', 'preferences', { values: {} }) })),
    http.get(`${ACME}/access-explanations`, () => HttpResponse.json(listOf(holds.map((permission) => one(permission, 'access-explanations', { permission, 'is-allowed': true }))))),
    http.get(`${ACME}/projects`, () => HttpResponse.json(listOf([one('prj-1', 'projects', { name: 'shop', 'is-default': true })]))),
    http.get(`${ACME}/templates`, () => HttpResponse.json(listOf([one('tpl-1', 'templates', { key: 'postgres', name: 'PostgreSQL' })]))),
    http.get(`${ACME}/services`, () => HttpResponse.json(listOf(services))),
    http.post(`${ACME}/services`, hear(201, SERVICE)),
    http.patch(`${API}/services/svc-1`, hear(200, SERVICE)),
    http.delete(`${API}/services/svc-1`, hear(204)),
    http.get(`${ACME}/service-instances`, () => HttpResponse.json(listOf([shown]))),
    http.get(`${API}/service-instances/si-1`, () => HttpResponse.json({ data: shown })),
    http.delete(`${API}/service-instances/si-1`, hear(202)),
    http.get(`${ACME}/graph/si-1/impact`, () =>
      HttpResponse.json({ data: one('si-1', 'impacts', { object: { id: 'si-1', kind: 'service-instance', name: 'orders-db', status: 'provisioned' }, affected, 'is-cut': false }) }),
    ),
    http.get(`${ACME}/apps`, () => HttpResponse.json(listOf([one('app-1', 'apps', { name: 'web' }), one('app-2', 'apps', { name: 'worker' })]))),
    http.post(`${API}/apps/app-2/binds`, hear(201, one('bind-1', 'app-binds', {}))),
  )
}

const open = (Page: ComponentType, path: string, at = path) =>
  show(
    <Suspense>
      <Page />
    </Suspense>,
    { path: `/app/$organization/${path}`, at: `/app/acme/${at}` },
  )

const isOff = (element: HTMLElement) => element.getAttribute('aria-disabled') === 'true'
const said = (element: HTMLElement) => element.textContent?.replaceAll(/ \\\n\s+/g, ' ')

test('what is offered says what apps are given, and is ordered by its form', async () => {
  put()
  const { container } = await open(Services, 'services')
  expect(await screen.findByText('PostgreSQL for one app')).toBeDefined()
  expect(screen.getByText('DATABASE_URL')).toBeDefined()
  expect(screen.getByRole('link', { name: 'Order' }).getAttribute('href')).toBe('/app/acme/resources/new?service=svc-1')
  await expectAccessible(container)
})

test('a template is offered, with the variables that apps see', async () => {
  put({ services: [] })
  const { user } = await open(Services, 'services')
  await screen.findByText('No service is offered yet')
  await user.click(screen.getByRole('button', { name: 'Offer a service…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText('Name'), 'database')
  await user.type(dialog.getByLabelText(/^Outputs/), 'url')
  await user.click(dialog.getByRole('button', { name: 'Offer it' }))
  expect(await dialog.findByText('Choose a template.')).toBeDefined()
  expect(dialog.getByText('Write output=VARIABLE in each line.')).toBeDefined()
  await user.type(dialog.getByLabelText(/^Outputs/), '=DATABASE_URL')
  await user.type(await dialog.findByLabelText('Template'), 'post')
  await user.click(await screen.findByRole('option', { name: /postgres/, hidden: true }))
  expect(said(dialog.getByText(/slipway service create/))).toContain('slipway service create database --template postgres --give url=DATABASE_URL')
  await user.click(dialog.getByRole('button', { name: 'Offer it' }))
  await waitFor(() => expect(sent).toEqual([['POST /organizations/acme/services', { name: 'database', template: 'postgres', outputs: { url: 'DATABASE_URL' } }]]))
})

test('one is changed; what was ordered of it keeps it from being taken away', async () => {
  put()
  const { user } = await open(Services, 'services')
  await user.click(await screen.findByRole('button', { name: 'Change database' }))
  let dialog = within(await screen.findByRole('dialog'))
  expect(isOff(dialog.getByRole('button', { name: 'Save' }))).toBe(true)
  await user.clear(dialog.getByLabelText(/^Outputs/))
  expect(said(dialog.getByText(/slipway service update/))).toContain('--give-as-template')
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toEqual([['PATCH /services/svc-1', { outputs: {} }]]))
  await user.click(screen.getByRole('button', { name: 'Stop offering database' }))
  dialog = within(await screen.findByRole('dialog'))
  await dialog.findByText('orders-db was ordered of it. Delete it first.', { selector: 'p' })
  expect(isOff(dialog.getByRole('button', { name: /^Stop offering it/ }))).toBe(true)
})

test('what was ordered says how it is and what is bound to it', async () => {
  put()
  const { container } = await open(Instances, 'services/instances')
  expect((await screen.findByRole('link', { name: 'orders-db' })).getAttribute('href')).toBe('/app/acme/services/instances/si-1')
  expect(screen.getByText('Provisioned')).toBeDefined()
  expect(screen.getByText('web')).toBeDefined()
  await expectAccessible(container)
})

const ofOrders = () => open(InstancePage, 'services/instances/$instance', 'services/instances/si-1')

test('an app is bound from there', async () => {
  put()
  const { container, user } = await ofOrders()
  expect((await screen.findByRole('link', { name: 'Its binds' })).getAttribute('href')).toBe('/app/acme/apps/web/binds')
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Bind an app…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByRole('button', { name: 'Bind it' }))
  expect(await dialog.findByText('Choose the app.')).toBeDefined()
  await user.type(await dialog.findByLabelText('App'), 'work')
  await user.click(await screen.findByRole('option', { name: /worker/, hidden: true }))
  await user.type(dialog.getByLabelText(/^Prefix/), 'ORDERS_')
  expect(said(dialog.getByText(/slipway app bind/))).toContain('slipway app bind worker orders-db --prefix ORDERS_')
  await user.click(dialog.getByRole('button', { name: 'Bind it' }))
  await waitFor(() => expect(sent).toEqual([['POST /apps/app-2/binds', { 'service-instance': 'si-1', prefix: 'ORDERS_' }]]))
})

test('jobs that are bound to it are named, and keep it from being deleted', async () => {
  put({ shown: instance({ apps: [], jobs: ['nightly'] }), affected: [{ ...APP, id: 'job-1', kind: 'job', name: 'nightly' }] })
  const { container, user } = await ofOrders()
  expect((await screen.findByRole('link', { name: 'nightly' })).getAttribute('href')).toBe('/app/acme/jobs/nightly')
  expect(screen.getByRole('link', { name: 'Its binds' }).getAttribute('href')).toBe('/app/acme/jobs/nightly/binds')
  await expectAccessible(container)
  const dialog = await askToDelete(user)
  expect(await dialog.findByText('job nightly is bound to orders-db and would lose its values. Unbind it there first.', { selector: 'div' })).toBeDefined()
})

const askToDelete = async (user: Awaited<ReturnType<typeof ofOrders>>['user']) => {
  await user.click(await screen.findByRole('button', { name: 'More actions' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Delete…' }))
  return within(await screen.findByRole('dialog'))
}

test('while apps are bound to it, deleting it says what would break, and does nothing', async () => {
  put()
  const { user } = await ofOrders()
  const dialog = await askToDelete(user)
  expect(await dialog.findByText('web is bound to orders-db and would lose its values. Unbind it there first.', { selector: 'div' })).toBeDefined()
  expect(isOff(dialog.getByRole('button', { name: /^Destroy and delete/ }))).toBe(true)
})

test('with nothing bound to it, it is destroyed and deleted', async () => {
  put({ shown: instance({ apps: [] }), affected: [] })
  const { user } = await ofOrders()
  expect(await screen.findByText('Nothing is bound to it')).toBeDefined()
  const dialog = await askToDelete(user)
  await user.type(dialog.getByLabelText(/to confirm/), 'orders-db')
  await user.type(dialog.getByLabelText(/^Reason/), 'Moved')
  await user.click(dialog.getByLabelText(/^Apply its plan/))
  await user.click(dialog.getByRole('button', { name: 'Destroy and delete' }))
  await waitFor(() => expect(sent).toEqual([['DELETE /service-instances/si-1?reason=Moved&auto-apply=true', null]]))
})

test('words', () => {
  expect(listed(['a'])).toBe('a')
  expect(listed(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more')
  expect(wouldBreak('db', [])).toBeNull()
  expect(wouldBreak('db', ['a', 'b'])).toBe('a and b are bound to db and would lose its values. Unbind them there first.')
  expect(alsoDepending({ affected: [APP, { ...APP, id: 'r', kind: 'resource', name: 'cache' }] as never }, ['web'])).toBe('resource cache depends on it, too.')
  expect(boundTo(instance({ jobs: ['nightly'] }) as never)).toEqual(['web', 'job nightly'])
  expect(alsoDepending({ affected: [{ ...APP, kind: 'job', name: 'nightly' }] as never }, ['job nightly'])).toBeNull()
  const of = (changes: object) => statusOf({ attributes: instance(changes).attributes as never })
  expect([of({ 'is-leaving': true }), of({ resource: null }), of({ resource: { state: 'requested', 'is-changing': true } }), of({})]).toEqual(['leaving', 'hidden', 'changing', 'provisioned'])
  const offer = offerOf(SERVICE as never)
  expect(offerCommand(offer, { ...offer, projects: ['prj-1'] }, new Map([['prj-1', 'shop']]))).toBe('slipway service update database --for-project shop')
})
