import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { type ComponentType, Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import Storages from './list'
import NewStorage from './new'
import StoragePage from './page'
import type { Storage } from './queries'
import { backendAt, bucketName, createCommand } from './words'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const T0 = '2026-11-20T10:00:00.000Z'
const BACKEND = 'terraform {\n  backend "s3" {\n    bucket       = "acme-states"\n    key          = "PATH/terraform.tfstate"\n    use_lockfile = true\n  }\n}\n'

const storage = (attributes: Partial<Storage['attributes']> = {}): Storage =>
  ({
    id: 'sto-1',
    type: 'storages',
    attributes: {
      name: 'states',
      description: '',
      labels: [],
      place: { kind: 'aws', bucket: 'acme-states', region: 'eu-central-1' },
      status: 'ready',
      task: 'create',
      'is-working': false,
      problem: null,
      differences: [],
      'checked-at': T0,
      backend: BACKEND,
      'created-by': 'dana',
      'created-at': T0,
      'updated-at': T0,
      ...attributes,
    },
  }) as unknown as Storage

const sent: [string, unknown][] = []

function put(one: Storage | null = storage(), { refused, denied = [] }: { refused?: object; denied?: readonly string[] } = {}) {
  sent.length = 0
  const object = (id: string, type: string, attributes: object) => ({ id, type, attributes })
  const said = async ({ request }: { request: Request }) => {
    const text = await request.text()
    sent.push([`${request.method} ${request.url.slice(API.length)}`, text === '' ? null : (JSON.parse(text) as { data?: { attributes: unknown } }).data?.attributes])
    if (refused) return HttpResponse.json({ errors: [refused] }, { status: 422 })
    return request.method === 'DELETE' ? new HttpResponse(null, { status: 204 }) : HttpResponse.json({ data: storage() }, { status: request.url.endsWith('storages') ? 201 : 200 })
  }
  const clouds = [object('int-1', 'integrations', { name: 'cloud', kind: 'aws', 'kind-title': 'Amazon Web Services' }), object('int-2', 'integrations', { name: 'azure', kind: 'azure', 'kind-title': 'Microsoft Azure' })]
  server.use(
    http.get(`${ACME}/access-explanations`, ({ request }) => {
      const asked = new URL(request.url).searchParams.get('permission')
      const permissions = asked ? [asked] : ['storage.read', 'storage.create', 'storage.update', 'storage.destroy']
      return HttpResponse.json(listOf(permissions.map((permission) => object(permission, 'access-explanations', { permission, 'is-allowed': !denied.includes(permission) }))))
    }),
    http.get(`${API}/account/session`, () => HttpResponse.json({ data: object('s', 'sessions', { 'csrf-token': 't' }) })),
    http.get(`${ACME}/storages`, () => HttpResponse.json(listOf(one ? [one] : []))),
    http.get(`${ACME}/integrations`, () => HttpResponse.json(listOf(clouds))),
    http.get(`${API}/storages/sto-1`, () => HttpResponse.json({ data: one }, { headers: { etag: '"2"' } })),
    http.post(`${ACME}/storages`, said),
    http.post(`${API}/storages/sto-1/actions/:action`, said),
    http.delete(`${API}/storages/sto-1`, said),
  )
}

const open = (Page: ComponentType, path: string, at = path) =>
  show(
    <Suspense>
      <Page />
    </Suspense>,
    { path: `/app/$organization/settings/${path}`, at: `/app/acme/settings/${at}` },
  )
const openPage = () => open(StoragePage, 'storages/$storage', 'storages/sto-1')

test('without any the list says what they are, with the button and the command', async () => {
  put(null)
  const { container } = await open(Storages, 'storages')
  expect(await screen.findByText('No storages yet')).toBeDefined()
  expect(screen.getByText(/slipway storage create states/)).toBeDefined()
  await expectAccessible(container)
})

test('the list says where the buckets are and how far', async () => {
  put()
  await open(Storages, 'storages')
  expect((await screen.findByRole('link', { name: 'states' })).getAttribute('href')).toBe('/app/acme/settings/storages/sto-1')
  expect(screen.getByText('acme-states')).toBeDefined()
  expect(screen.getByText('Ready')).toBeDefined()
})

test('a page has the block to copy, with a path of one’s own', async () => {
  put()
  const { user, container } = await openPage()
  expect(await screen.findByRole('button', { name: 'Copy the block' })).toBeDefined()
  await user.type(screen.getByLabelText(/^Path/), 'shop/network')
  expect(container.textContent).toContain('"shop/network/terraform.tfstate"')
  expect(screen.getByText('slipway storage backend states --path shop/network')).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Check' }))
  await waitFor(() => expect(sent).toEqual([['POST /storages/sto-1/actions/check', null]]))
})

test('what differs is listed and set right', async () => {
  put(storage({ differences: [{ setting: 'versioning', expected: 'on', found: 'off' }] }))
  const { user, container } = await openPage()
  const table = within(await screen.findByRole('table', { name: 'Differences' }))
  expect(await table.findByText('versioning')).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Repair' }))
  await waitFor(() => expect(sent).toEqual([['POST /storages/sto-1/actions/repair', null]]))
})

test('why nothing was made is said, and tried again', async () => {
  put(storage({ status: 'failed', problem: 'The integration’s account lacks the permission s3:PutBucketPolicy.' }))
  const { user } = await openPage()
  expect(await screen.findByText(/lacks the permission s3:PutBucketPolicy/)).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'Retry' }))
  await waitFor(() => expect(sent).toEqual([['POST /storages/sto-1/actions/retry', null]]))
})

test('the bucket is removed after the storage’s name was typed', async () => {
  put()
  const { user } = await openPage()
  await user.click(await screen.findByRole('button', { name: 'More actions' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Destroy the bucket…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByLabelText(/Type states/))
  await user.paste('states')
  await user.click(dialog.getByRole('button', { name: 'Destroy bucket' }))
  await waitFor(() => expect(sent).toEqual([['POST /storages/sto-1/actions/destroy', null]]))
})

test('to forget says that the bucket stays', async () => {
  put()
  const { user } = await openPage()
  await user.click(await screen.findByRole('button', { name: 'More actions' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Forget…' }))
  const dialog = within(await screen.findByRole('dialog'))
  expect(dialog.getByText(/stays as it is, with all that is in it/)).toBeDefined()
  await user.click(dialog.getByRole('button', { name: 'Forget storage' }))
  await waitFor(() => expect(sent).toEqual([['DELETE /storages/sto-1', null]]))
})

test('a new one asks what its cloud needs, and says what is wrong at its field', async () => {
  put(null, { refused: { status: '422', code: 'invalid', title: 'invalid', detail: 'It looks like acme-states.', source: { pointer: '/data/attributes/place/bucket' } } })
  const { user, container } = await open(NewStorage, 'storages/new')
  await user.type(await screen.findByLabelText('Name'), 'states')
  expect(screen.queryByLabelText('Bucket')).toBeNull()
  await user.click(screen.getByLabelText(/^Integration/))
  await user.click(await screen.findByRole('option', { name: /cloud/, hidden: true }))
  await user.type(await screen.findByLabelText('Bucket'), 'Acme')
  await user.type(screen.getByLabelText('Region'), 'eu-central-1')
  expect(screen.getByText('slipway storage create states --integration cloud --bucket Acme --region eu-central-1')).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Create storage' }))
  expect((await screen.findAllByText('It looks like acme-states.')).length).toBeGreaterThan(0)
  expect(sent).toEqual([
    ['POST /organizations/acme/storages', { name: 'states', description: '', 'integration-id': 'int-1', place: { kind: 'aws', bucket: 'Acme', region: 'eu-central-1' } }],
  ])
})

test('its words', () => {
  expect(bucketName({ kind: 'azurerm', 'resource-group': 'rg', 'storage-account': 'acme', container: 'states', location: 'westeurope' })).toBe('acme/states')
  expect(backendAt(BACKEND, ' /a$b"/ ')).toContain('"ab/terraform.tfstate"')
  expect(backendAt(BACKEND, '')).toBe(BACKEND)
  const none = { bucket: '', region: '', 'resource-group': '', 'storage-account': '', container: '', project: '', location: 'EU' }
  expect(createCommand('', '', null, none)).toBe('slipway storage create NAME --integration INTEGRATION')
  expect(createCommand('a', 'google', 'gcp', none)).toBe('slipway storage create a --integration google --project PROJECT --bucket BUCKET --location EU')
})
