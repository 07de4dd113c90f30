import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { type ComponentType, Suspense } from 'react'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import Blueprints from './list/page'
import { constantNode, graphOf } from './model'
import { askedFor } from './use/constants'
import BlueprintPage from './one/page'
import type { Blueprint, Constant } from './queries'
import UsePage from './use/page'
import { BLANK, commandOf, wantedOf } from './use/values'
import EditBlueprint from './write/edit-page'
import NewBlueprint from './write/new-page'
import { EXAMPLE, readBlueprint, writeBlueprint } from './write/read'

const T0 = '2026-11-20T10:00:00.000Z'

const SHOP: Blueprint = {
  id: 'bp-1',
  type: 'blueprints',
  attributes: {
    name: 'shop',
    description: 'Everything that a shop needs',
    labels: ['team=shop'],
    constants: [
      { name: 'zone', description: 'Where it stands' },
      { name: 'size', description: '', default: 20 },
    ],
    externals: [{ name: 'region', description: '', template: 'region' }],
    parts: [
      { name: 'net', description: '', template: 'network', 'stands-on': ['region'], values: {}, tags: [], settings: [] },
      { name: 'orders', description: 'Where orders are', template: 'database', 'stands-on': ['net'], values: { tier: 'small' }, tags: [], settings: [] },
      { name: 'carts', description: '', template: 'database', 'stands-on': ['net'], values: {}, tags: [], settings: [] },
    ],
    wires: [
      { from: { constant: 'zone' }, to: { part: 'net', variable: 'zone' } },
      { from: { part: 'net', output: 'network_id' }, to: { part: 'orders', variable: 'network' } },
      { from: { part: 'net', output: 'subnet' }, to: { part: 'orders', variable: 'subnet' } },
    ],
    revision: 2,
    'created-at': T0,
    'updated-at': T0,
  },
}

const plain = { 'is-sensitive': false, 'is-later': false, 'is-asked': true, problem: null, origin: null } as const

const FORM = {
  schema: {
    type: 'object',
    required: ['zone', 'password', 'network'],
    properties: {
      zone: { type: 'string', 'x-slipway': { order: 0 } },
      password: { type: 'string', writeOnly: true, 'x-slipway': { order: 1 } },
      network: { type: 'string', 'x-slipway': { order: 2 } },
      tier: { type: 'string', default: 'large', 'x-slipway': { order: 3 } },
      subnet: { type: 'string', default: '', 'x-slipway': { order: 4 } },
    },
  },
  values: ['zone', 'password', 'network', 'tier', 'subnet'].map((name) => ({ ...plain, name, value: null })),
  name: null,
  naming: null,
  versions: [],
  parents: [],
  integrations: [{ kind: 'aws', 'is-required': true, candidates: [{ id: 'int-1', name: 'main', status: 'ok' }] }],
  'required-settings': [],
  problems: [],
}

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const sent: (readonly [string, unknown])[] = []

function put(rows: readonly Blueprint[] = [SHOP]) {
  sent.length = 0
  const one = (id: string, type: string, attributes: object) => ({ id, type, attributes })
  const said = async ({ request }: { request: Request }) => {
    const text = await request.text()
    sent.push([`${request.method} ${request.url.slice(API.length)}`, text === '' ? null : (JSON.parse(text) as { data: { attributes: unknown } }).data.attributes])
    return request.method === 'DELETE' ? new HttpResponse(null, { status: 204 }) : HttpResponse.json({ data: { ...SHOP, id: request.url.endsWith('workflows') ? 'wf-1' : 'bp-1' } })
  }
  server.use(
    http.get(`${ACME}/access-explanations`, ({ request }) => {
      const asked = new URL(request.url).searchParams.get('permission')
      const permissions = asked ? [asked] : ['catalog.blueprint.read', 'catalog.blueprint.create', 'catalog.blueprint.update', 'catalog.blueprint.delete']
      return HttpResponse.json(listOf(permissions.map((permission) => one(permission, 'access-explanations', { permission, 'is-allowed': true }))))
    }),
    http.get(`${API}/account/session`, () => HttpResponse.json({ data: one('s', 'sessions', { 'csrf-token': 't' }) })),
    http.get(`${ACME}/blueprints`, () => HttpResponse.json(listOf(rows))),
    http.get(`${API}/blueprints/bp-1`, () => HttpResponse.json({ data: SHOP }, { headers: { etag: '"2"' } })),
    http.get(`${ACME}/templates`, () => HttpResponse.json(listOf(['network', 'region', 'region-old'].map((key) => one(`tpl-${key}`, 'templates', { key, name: key }))))),
    http.get(`${ACME}/projects`, () => HttpResponse.json(listOf([one('prj-1', 'projects', { name: 'shop', 'is-default': true })]))),
    // Of a template by its id.
    http.get(`${ACME}/resources`, ({ request }) =>
      HttpResponse.json(listOf(new URL(request.url).searchParams.get('filter[template]') === 'tpl-region' ? [one('res-1', 'resources', { name: 'north' })] : [])),
    ),
    http.post(`${ACME}/resources/actions/form`, () => HttpResponse.json({ data: one('acme', 'resource-forms', FORM) })),
    http.post(`${ACME}/workflows`, said),
    http.post(`${ACME}/blueprints`, said),
    http.patch(`${API}/blueprints/bp-1`, said),
    http.delete(`${API}/blueprints/bp-1`, said),
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
  put([])
  const { container } = await open(Blueprints, 'blueprints')
  expect(await screen.findByText('No blueprints yet')).toBeDefined()
  expect(screen.getByText(/slipway blueprint create -f shop.yaml/)).toBeDefined()
  await expectAccessible(container)
})

test('the list says what each makes', async () => {
  put()
  await open(Blueprints, 'blueprints')
  expect((await screen.findByRole('link', { name: 'shop' })).getAttribute('href')).toBe('/app/acme/blueprints/bp-1')
  expect(screen.getByText('3 resources')).toBeDefined()
  expect(screen.getByText('network, database')).toBeDefined()
})

describe('one blueprint', () => {
  test('is a picture with its wires; a card shows what is said about it', async () => {
    put()
    const { container } = await open(BlueprintPage, 'blueprints/$blueprint', 'blueprints/bp-1?part=orders')
    const graph = within(await screen.findByRole('group', { name: 'Parts of shop' }))
    expect(graph.getByRole('link', { name: /orders/ }).getAttribute('aria-current')).toBe('true')
    expect(graph.getByText('2 values')).toBeDefined()
    expect(await screen.findByText('net.network_id')).toBeDefined()
    expect(screen.getByText('Where orders are')).toBeDefined()
    expect(screen.getByText('a region that is there')).toBeDefined()
    await expectAccessible(container)
  })

  test('is a list as well', async () => {
    put()
    const { container } = await open(BlueprintPage, 'blueprints/$blueprint', 'blueprints/bp-1?view=list')
    const table = within(await screen.findByRole('table', { name: 'Parts' }))
    expect(table.getByText('the constant zone')).toBeDefined()
    expect((await table.findByRole('link', { name: 'network' })).getAttribute('href')).toBe('/app/acme/templates/tpl-network')
    await expectAccessible(container)
  })

  test('is a file as well, to copy and to download', async () => {
    put()
    const { user } = await open(BlueprintPage, 'blueprints/$blueprint', 'blueprints/bp-1')
    await user.click(await screen.findByRole('button', { name: 'More actions' }))
    await user.click(await screen.findByRole('menuitem', { name: 'As a file…' }))
    const dialog = within(await screen.findByRole('dialog'))
    expect(dialog.getByText(/^kind: blueprint/)).toBeDefined()
    expect(dialog.getByText(/slipway catalog apply -f shop.yaml/)).toBeDefined()
    expect(dialog.getByRole('button', { name: 'Copy shop.yaml' })).toBeDefined()
    const kept: string[] = []
    const { createObjectURL, revokeObjectURL } = URL
    URL.createObjectURL = () => 'blob:shop'
    URL.revokeObjectURL = (address) => void kept.push(address)
    await user.click(dialog.getByRole('button', { name: 'Download shop.yaml' }))
    expect(kept).toEqual(['blob:shop'])
    Object.assign(URL, { createObjectURL, revokeObjectURL })
    await expectAccessible(document.body)
  })

  test('is deleted after its name was typed', async () => {
    put()
    const { user } = await open(BlueprintPage, 'blueprints/$blueprint', 'blueprints/bp-1')
    await user.click(await screen.findByRole('button', { name: 'More actions' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Delete…' }))
    const dialog = within(await screen.findByRole('dialog'))
    await user.type(dialog.getByLabelText(/to confirm/), 'shop')
    await user.click(dialog.getByRole('button', { name: 'Delete blueprint' }))
    await waitFor(() => expect(sent[0]?.[0]).toBe('DELETE /blueprints/bp-1'))
  })
})

describe('using one', () => {
  test('asks for what neither it nor a wire gives, and plans the workflow', { timeout: 60_000 }, async () => {
    put()
    const { user, container, router } = await open(UsePage, 'blueprints/$blueprint/use', 'blueprints/bp-1/use')
    await user.type(await screen.findByLabelText('zone', { selector: '[name="constants/zone"]' }), 'a')
    await user.click(screen.getByLabelText('region'))
    await user.click(await screen.findByRole('option', { name: /north/, hidden: true }))
    // Of the network the zone is wired; of the databases passwords are asked for.
    const passwords = await screen.findAllByLabelText('password')
    expect(passwords.map((input) => input.getAttribute('name'))).toEqual(['net.password', 'orders.password', 'carts.password'])
    const orders = passwords[1] as HTMLElement
    expect(orders.getAttribute('type')).toBe('password')
    await user.type(orders, 'hush')
    await user.type(screen.getByLabelText(/^Name of orders/), 'main-store')
    expect(screen.getByText(/network comes from net.network_id, subnet comes from net.subnet/)).toBeDefined()
    await expectAccessible(container)
    const command = screen.getByText(/slipway blueprint use shop/).textContent
    expect(command).toContain('--external region=region/north')
    expect(command).toContain('--set orders.password=…')
    await user.click(screen.getByRole('button', { name: 'Plan 3 resources' }))
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]?.[1]).toEqual({
      kind: 'create',
      blueprint: 'bp-1',
      constants: { zone: 'a' },
      externals: { region: 'res-1' },
      parts: { orders: { name: 'main-store', values: { password: 'hush' } } },
      parallel: 5,
      'stop-after': 1,
      reason: '',
      'auto-apply': false,
    })
    await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/workflows/wf-1'))
  })

  test('says at its field what the server refuses', async () => {
    put()
    server.use(
      http.post(`${ACME}/workflows`, () =>
        HttpResponse.json(
          { errors: [{ status: '422', code: 'invalid', title: 'invalid', detail: 'Choose a region.', source: { pointer: '/data/attributes/externals/region' } }] },
          { status: 422 },
        ),
      ),
    )
    const { user } = await open(UsePage, 'blueprints/$blueprint/use', 'blueprints/bp-1/use')
    await user.click(await screen.findByRole('button', { name: 'Plan 3 resources' }))
    expect((await screen.findAllByText('Choose a region.')).length).toBeGreaterThan(0)
    expect(screen.getByLabelText('region').getAttribute('aria-invalid')).toBe('true')
  })

  test('a constant is asked for as what the variables are that it goes to', () => {
    const kindOf = (constant: Constant, wires: typeof SHOP.attributes.wires, form: object = {}) => {
      const asked = askedFor(constant, { parts: SHOP.attributes.parts, wires }, [{ ...FORM, ...form } as never, FORM as never, undefined])
      return [asked.shape.kind, asked.shape.isSecret, asked.help]
    }
    const schema = { properties: { zones: { type: 'array', items: { type: 'string' }, description: 'Where it stands.' }, size: { type: 'number' } } }
    const to = (variable: string, part = 'net') => ({ from: { constant: 'one' }, to: { part, variable } })
    expect(kindOf({ name: 'one' }, [to('zones')], { schema })).toEqual(['list', false, 'Where it stands.'])
    expect(kindOf({ name: 'one', description: 'In my words' }, [to('size')], { schema })).toEqual(['number', false, 'In my words'])
    expect(kindOf({ name: 'one' }, [to('password', 'orders')])).toEqual(['text', true, ''])
    // Where variables differ, where their template is not known, and where it goes nowhere.
    expect(kindOf({ name: 'one', default: 3 }, [to('zones'), to('zone', 'orders')], { schema })).toEqual(['number', false, 'Where it stands.'])
    expect(kindOf({ name: 'one', default: true }, [to('size', 'carts')])).toEqual(['flag', false, ''])
    expect(kindOf({ name: 'one' }, [])).toEqual(['text', false, ''])
  })

  test('as a request leaves out what was not said', () => {
    expect(wantedOf('bp-1', { ...BLANK, externals: { region: '' }, parts: { net: { name: ' ', given: {}, integrations: [] } } })).toMatchObject({ externals: {}, parts: {} })
    expect(commandOf(SHOP.attributes, { ...BLANK, constants: { size: 3, zone: '7' }, parts: { net: { name: '', given: {}, integrations: ['int-1'] } } }, new Map([['int-1', 'main']]), new Set())).toBe(
      `slipway blueprint use shop \\
    --constant size=3 \\
    --constant 'zone="7"' \\
    --integration net=main`,
    )
  })
})

describe('writing one', () => {
  test('shows the picture of what is written, and sends it', async () => {
    put()
    const { user, container } = await open(NewBlueprint, 'blueprints/new')
    await user.click(await screen.findByRole('button', { name: 'begin with an example' }))
    expect(await screen.findByRole('group', { name: 'What is written so far' })).toBeDefined()
    expect(screen.getByText('slipway blueprint create -f shop.yaml')).toBeDefined()
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'Create blueprint' }))
    await waitFor(() => expect(sent[0]?.[1]).toEqual(readBlueprint(EXAMPLE).described))
  })

  test('takes the file of one, as slipway catalog apply does', async () => {
    put()
    const { user } = await open(NewBlueprint, 'blueprints/new')
    await user.upload(await screen.findByLabelText('File of a blueprint', { selector: 'input' }), new File([writeBlueprint(SHOP.attributes)], 'shop.yaml'))
    await waitFor(() => expect((screen.getByLabelText('Its file') as HTMLTextAreaElement).value).toMatch(/^kind: blueprint/))
    expect(await screen.findByRole('group', { name: 'What is written so far' })).toBeDefined()
    await user.click(screen.getByRole('button', { name: 'Create blueprint' }))
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]).toMatchObject(['POST /organizations/acme/blueprints', { name: 'shop', wires: SHOP.attributes.wires }])
    expect(sent[0]?.[1]).not.toHaveProperty('kind')
  })

  test('says in which line the server found something wrong', async () => {
    put()
    server.use(
      http.patch(`${API}/blueprints/bp-1`, () =>
        HttpResponse.json(
          { errors: [{ status: '422', code: 'invalid', title: 'invalid', detail: 'There is no template databse.', source: { pointer: '/data/attributes/parts/orders/template' } }] },
          { status: 422 },
        ),
      ),
    )
    const { user } = await open(EditBlueprint, 'blueprints/$blueprint/edit', 'blueprints/bp-1/edit')
    const file = await screen.findByLabelText('Its file')
    await user.type(file, '#')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    const found = (await screen.findAllByText(/There is no template databse/)).map((element) => element.textContent)
    expect(found.join(' ')).toMatch(/line \d+ There is no template databse/)
  })

  test('keeps what is there', () => {
    const { name, description, labels, constants, externals } = SHOP.attributes
    const again = readBlueprint(writeBlueprint(SHOP.attributes)).described
    expect(again).toMatchObject({ name, description, labels, constants: [{ name: 'zone' }, { name: 'size', default: 20 }], externals: [{ name: externals[0]?.name }] })
    expect(again?.constants).toHaveLength(constants.length)
    expect(again?.wires).toEqual(SHOP.attributes.wires)
  })

  test('is a document of the catalog that says the same, whoever reads it', () => {
    const [net, ...parts] = SHOP.attributes.parts
    const odd = { ...SHOP.attributes, parts: [{ ...net, values: { answer: 'yes', port: '1_000', text: 'a\nb', none: null } }, ...parts] } as unknown as Blueprint['attributes']
    const text = writeBlueprint(odd)
    expect(text).toMatch(/^kind: blueprint\nname: shop\n/)
    expect(text).toContain('answer: "yes"')
    expect(text).toContain('port: "1_000"')
    const { described } = readBlueprint(text)
    expect(described).not.toHaveProperty('kind')
    expect(described?.parts?.[0]?.values).toEqual({ answer: 'yes', port: '1_000', text: 'a\nb', none: null })
    expect(readBlueprint('kind: template\nname: a').problems).toEqual([{ line: 1, message: 'This is of the kind template: Apply files, at the templates, takes it.' }])
    expect(readBlueprint('name: a\n---\nname: b').problems[0]?.message).toMatch(/^Here begins another document/)
  })

  test('says what is no blueprint', () => {
    expect(readBlueprint('name: [').problems[0]?.message).toMatch(/^This is not YAML/)
    expect(readBlueprint('- a').problems[0]?.message).toBe('A blueprint has a name and parts.')
    expect(readBlueprint('name: a\nparts: no').problems).toEqual([{ line: 2, message: 'parts is a list.' }])
    const written = readBlueprint(EXAMPLE)
    expect(written.lineOf('/data/attributes/parts/orders/template')).toBe(15)
    expect(written.lineOf('/data/attributes/wires/1/to/variable')).toBe(19)
  })
})

test('lines with values say which, lines without are dashed', () => {
  const { nodes, lines } = graphOf(SHOP.attributes, (node) => `#${node}`)
  expect(nodes).toHaveLength(6)
  expect(lines).toEqual([
    { from: constantNode('zone'), to: 'net', isDashed: false, label: 'zone' },
    { from: 'net', to: 'orders', isDashed: false, label: '2 values' },
    { from: 'region', to: 'net', isDashed: true },
    { from: 'net', to: 'carts', isDashed: true },
  ])
})
