import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import { FORM, network, put, sent } from '../fixture'
import EditResource from './edit-page'
import OrderPage from './page'
import { parsed, typed } from '@/ui/value-shape'
import { fieldsOf, isShown } from '@/lib/form-schema'
import { BLANK, changesOf, commandOf, orderOf, valuesOf } from './values'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const onOneLine = (command: string | null) => (command ?? '').replaceAll(/ \\\n */g, ' ')

const order = (search = '?template=network') =>
  show(
    <Suspense>
      <OrderPage />
    </Suspense>,
    { path: '/app/$organization/resources/new', at: `/app/acme/resources/new${search}` },
  )

const edit = () =>
  show(
    <Suspense>
      <EditResource />
    </Suspense>,
    { path: '/app/$organization/resources/$resource/edit', at: '/app/acme/resources/res-1/edit' },
  )

describe('ordering', () => {
  test('begins with what the catalog offers', async () => {
    server.use(...put())
    const { container } = await order('')
    const link = await screen.findByRole('link', { name: 'Network' })
    expect(link.getAttribute('href')).toBe('/app/acme/resources/new?template=network')
    await expectAccessible(container)
  })

  test('from a service has a name that apps are bound to, and asks for nothing that services do not take', async () => {
    server.use(...put({ form: { problems: [] } }))
    const ordered: unknown[] = []
    server.use(
      http.get(`${API}/services/svc-1`, () =>
        HttpResponse.json({ data: { id: 'svc-1', type: 'services', attributes: { name: 'subnets', description: 'Some room', template: 'network', outputs: {}, projects: ['prj-1'], permissions: {} } } }),
      ),
      http.post(`${ACME}/service-instances`, async ({ request }) => {
        ordered.push(((await request.json()) as { data: { attributes: unknown } }).data.attributes)
        return HttpResponse.json({ data: { id: 'si-1', type: 'service-instances', attributes: {} } }, { status: 201 })
      }),
    )
    const { user, container, router } = await order('?service=svc-1')
    const name = await screen.findByLabelText('Name')
    for (const label of [/^Version/, /^Labels/]) expect(screen.queryByLabelText(label)).toBeNull()
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'Plan it' }))
    expect(await screen.findByText('Give it a name.')).toBeDefined()
    await user.type(name, 'shop-net')
    expect(onOneLine(screen.getByText(/slipway service-instance create/).textContent)).toContain('slipway service-instance create shop-net --service subnets --in-project shop')
    await user.click(screen.getByRole('button', { name: 'Plan shop-net' }))
    await waitFor(() => expect(ordered).toEqual([{ service: 'subnets', name: 'shop-net', project: 'prj-1', description: '', parents: [], integrations: [], values: {}, reason: '', 'auto-apply': false }]))
    await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/services/instances/si-1'))
  })

  test('shows each value with where it is from, and what comes by itself', async () => {
    server.use(...put())
    const { container } = await order()
    expect(await screen.findByLabelText('Zones')).toBeDefined()
    expect(screen.getByText('template default')).toBeDefined()
    expect(screen.getByText('1 that comes by itself', { exact: false })).toBeDefined()
    expect(screen.getByText('region-1.account_id')).toBeDefined()
    expect(screen.getByText('acc-7')).toBeDefined()
    expect(screen.getByText(/Called {organization}-net by its template: acme-net/)).toBeDefined()
    // Only where another value wants it.
    expect(screen.queryByLabelText(/^disk/)).toBeNull()
    await expectAccessible(container)
  })

  test('asks with lists and objects, shows the command, and sends all of it', { timeout: 20_000 }, async () => {
    server.use(...put())
    const asked: unknown[] = []
    server.use(
      http.post(`${ACME}/resources/actions/form`, async ({ request }) => {
        asked.push(((await request.json()) as { data: { attributes: unknown } }).data.attributes)
        return HttpResponse.json({ data: { id: 'acme', type: 'resource-forms', attributes: FORM } })
      }),
    )
    const { user } = await order()
    const zones = await screen.findByLabelText('Zones')
    await waitFor(() => expect((screen.getByLabelText('Zones') as HTMLInputElement).readOnly).toBe(false))
    await user.click(zones.isConnected ? zones : screen.getByLabelText('Zones'))
    await user.paste('a')
    await user.keyboard('{Enter}')
    const owner = within(screen.getByRole('group', { name: 'owner' }))
    await user.click(owner.getByLabelText('name'))
    await user.paste('lin')
    await user.click(owner.getByLabelText(/^age/))
    await user.paste('7')
    await user.selectOptions(screen.getByLabelText(/^size/), 'large')
    expect(await screen.findByLabelText(/^disk/)).toBeDefined()
    await user.click(screen.getByText(/more variable/))
    await user.click(screen.getByLabelText(/^token/))
    await user.paste('hush')
    const command = screen.getByText(/slipway resource create network/).textContent
    expect(command).toContain(`--set 'zones=["a"]'`)
    expect(command).toContain(`--set 'owner={"name":"lin","age":7}'`)
    expect(command).toContain('--set size=large')
    expect(command).toContain('--set token=…')
    expect(command).not.toContain('hush')
    // The form is asked for anew with what was given.
    await waitFor(() => expect(asked.at(-1)).toMatchObject({ template: 'network', values: { zones: ['a'], size: 'large' } }))
    await user.click(screen.getByRole('button', { name: 'Plan acme-net' }))
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]).toMatchObject(['POST', '/organizations/acme/resources', { data: { attributes: { template: 'network', values: { zones: ['a'], owner: { name: 'lin', age: 7 }, size: 'large', token: 'hush' }, 'auto-apply': false } } }])
  })

  test('says what is missing at its field, not before it was tried', async () => {
    server.use(...put())
    server.use(
      http.post(`${ACME}/resources`, () =>
        HttpResponse.json({ errors: [{ status: '422', code: 'invalid', title: 'Invalid', detail: 'A network stands on one region.', source: { pointer: '/data/attributes/parents' } }] }, { status: 422 }),
      ),
    )
    const { user } = await order()
    await screen.findByLabelText('Zones')
    expect(screen.queryByText('Zones have to be given.')).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Plan acme-net' }))
    expect(await screen.findByText('A network stands on one region.')).toBeDefined()
    expect(screen.getByText('Zones have to be given.')).toBeDefined()
    expect(screen.getByText('2 fields need another look.')).toBeDefined()
  })

  test('is refused with the reason where the caller may not order', async () => {
    server.use(...put({ lacks: ['resource.create'] }))
    await order()
    const plan = await screen.findByRole('button', { name: 'Plan acme-net' })
    await waitFor(() => expect(plan.getAttribute('aria-disabled')).toBe('true'))
    expect(screen.getAllByText(/This needs resource.create in acme/).length).toBeGreaterThan(0)
  })
})

describe('changing', () => {
  test('sends what differs, with the version that was read', { timeout: 20_000 }, async () => {
    server.use(...put())
    const { user, container } = await edit()
    const plan = await screen.findByRole('button', { name: 'Plan the change' })
    expect(plan.getAttribute('aria-disabled')).toBe('true')
    await expectAccessible(container)
    await user.click(screen.getByText(/more variables/))
    const cidr = screen.getByLabelText(/^cidr/)
    expect(cidr.getAttribute('placeholder')).toBe('10.0.0.0/16')
    await user.click(cidr)
    await user.paste('10.9.0.0/16')
    expect(onOneLine(screen.getByText(/slipway resource update/).textContent)).toContain('slipway resource update network/shop-net --set cidr=10.9.0.0/16')
    await user.click(plan)
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]).toMatchObject(['PATCH', '/resources/res-1', { data: { attributes: { values: { zones: ['a', 'b'], cidr: '10.9.0.0/16' } } } }])
  })

  test('gives tags and settings, each for itself or for what stands on it as well', { timeout: 20_000 }, async () => {
    server.use(...put({ resource: network({ tags: [{ name: 'team', value: 'shop', 'is-inherited': true }] }), form: { 'required-settings': [{ name: 'region', 'is-given': false }] } }))
    const { user, container } = await edit()
    const value = await screen.findByLabelText('Value of tag 1')
    await user.clear(value)
    await user.type(value, 'ops')
    await user.click(screen.getByRole('button', { name: 'Give region' }))
    await user.type(screen.getByLabelText('Value of setting 1'), 'eu')
    expect(screen.queryByRole('button', { name: 'Give region' })).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Add a tag' }))
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'Plan the change' }))
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]).toMatchObject([
      'PATCH',
      '/resources/res-1',
      { data: { attributes: { tags: [{ name: 'team', value: 'ops', 'is-inherited': true }], settings: [{ name: 'region', value: 'eu', 'is-inherited': true }] } } },
    ])
  })

  test('to another version asks for what that one wants, says what it breaks, and lets go what it does not take', { timeout: 20_000 }, async () => {
    const versions = [{ id: 'scv-2', name: 'v2.0.0', lifecycle: 'active' as const, 'is-recommended': true }, ...FORM.versions]
    const later = { ...FORM, schema: { type: 'object', required: ['owner_mail'], properties: { owner_mail: { type: 'string', 'x-slipway': { type: 'string' } } } }, values: [{ name: 'owner_mail', value: null, origin: null, 'is-sensitive': false, 'is-later': false, 'is-asked': true, problem: null }] }
    const breaks = { ref: 'v2.0.0', 'breaking-changes': null, notes: [{ weight: 'breaking', subject: 'variable', name: 'owner_mail', change: 'added', sentence: 'The variable owner_mail has to be given.' }] }
    server.use(
      http.get(`${API}/source-code-versions/scv-2`, () => HttpResponse.json({ data: { id: 'scv-2', type: 'source-code-versions', attributes: breaks } })),
      http.post(`${ACME}/resources/actions/form`, () => HttpResponse.json({ data: { id: 'acme', type: 'resource-forms', attributes: later } })),
      ...put({ form: { versions } }),
    )
    const { user, container } = await edit()
    await user.selectOptions(await screen.findByLabelText('Version'), 'scv-2')
    const mail = await screen.findByLabelText('owner_mail')
    expect(await screen.findByText('The variable owner_mail has to be given.')).toBeDefined()
    expect(screen.getByText('It does not ask for zones any more')).toBeDefined()
    expect(screen.queryByLabelText('Zones')).toBeNull()
    await expectAccessible(container)
    await user.type(mail, 'lin@example.com')
    await user.click(screen.getByRole('button', { name: 'Plan the change' }))
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]).toMatchObject(['PATCH', '/resources/res-1', { data: { attributes: { 'source-code-version': 'scv-2', values: { owner_mail: 'lin@example.com' } } } }])
  })

  test('waits for the change that is open', async () => {
    server.use(...put({ resource: network({}, { change: { data: { id: 'chg-1', type: 'resource-changes' } } }) }))
    await edit()
    expect(await screen.findByText('A change of it is open already')).toBeDefined()
    expect(screen.getByRole('link', { name: 'Open it' }).getAttribute('href')).toBe('/app/acme/resources/res-1')
  })
})

describe('the form’s schema', () => {
  test('gives its fields in their order, with their shapes', () => {
    const fields = fieldsOf(FORM.schema)
    expect(fields.map(({ name, shape }) => [name, shape.kind])).toEqual([
      ['zones', 'list'],
      ['owner', 'object'],
      ['size', 'choice'],
      ['disk', 'number'],
      ['cidr', 'text'],
      ['account_id', 'text'],
      ['token', 'text'],
    ])
    const disk = fields.find(({ name }) => name === 'disk')
    expect(disk && isShown(disk, () => 'small')).toBe(false)
    expect(disk && isShown(disk, () => 'large')).toBe(true)
  })

  test('knows tuples, maps, lists of objects, and what anything may be', () => {
    const kindOf = (property: object) => fieldsOf({ properties: { one: property } })[0]?.shape.kind
    expect(kindOf({ type: 'array', prefixItems: [{ type: 'string' }] })).toBe('any')
    expect(kindOf({ type: 'object', additionalProperties: { type: 'number' } })).toBe('map')
    expect(kindOf({ type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } })).toBe('objects')
    expect(kindOf({ type: ['string', 'null'] })).toBe('text')
    expect(kindOf({})).toBe('any')
  })

  test('reads numbers and JSON, and keeps what is neither for the server to refuse', () => {
    const number = { kind: 'number', options: [], item: null, fields: [], isSecret: false } as const
    expect([typed(number, '3'), typed(number, 'three'), typed(number, '')]).toEqual([3, 'three', undefined])
    expect([parsed('{"a": 1}'), parsed('{"a'), parsed(' ')]).toEqual([{ a: 1 }, '{"a', undefined])
  })
})

test('a key that was never typed is not sent', () => {
  expect(orderOf('network', { ...BLANK, given: { tags: { '': '', env: 'prod' }, zones: ['a'] } }).values).toEqual({ tags: { env: 'prod' }, zones: ['a'] })
})

test('what is taken away stands in the command and in the request', () => {
  const before = valuesOf(network().attributes)
  const after = { ...before, given: {}, labels: [], reason: 'Not needed' }
  expect(changesOf(before, after)).toEqual({ labels: [], values: {}, reason: 'Not needed', 'auto-apply': false })
  expect(onOneLine(commandOf('slipway resource update shop-net', before, after, new Map(), new Set()))).toBe("slipway resource update shop-net --unset zones --reason 'Not needed'")
  expect(commandOf('slipway resource create network', null, { ...BLANK, name: 'x', given: { size: '3', cidr: 'a b' }, parents: ['res-region'] }, new Map([['res-region', 'region/region-1']]), new Set())).toBe(
    `slipway resource create network \\
    --name x \\
    --parent region/region-1 \\
    --set 'size="3"' \\
    --set 'cidr=a b'`,
  )
})
