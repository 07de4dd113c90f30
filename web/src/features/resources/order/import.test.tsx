import { screen, waitFor } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ApiError } from '@/api/errors'
import { expectAccessible } from '@/testing/axe'
import { ACME, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import { network, put, sent } from '../fixture'
import type { Imported } from '../queries'
import { importFlags, nothingBrought } from './brought'
import { remaining } from './form-parts'
import ImportPage from './import-page'
import { BLANK } from './values'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const onOneLine = (command: string | null) => (command ?? '').replaceAll(/ \\\n */g, ' ')
const FOUND: Imported = { 'from-workspace': null, module: null, serial: 7, lineage: 'f3a1', 'resource-count': 2, 'left-out-count': 0, 'unknown-addresses': [] }

const importing = (search = '?template=network') =>
  show(
    <Suspense>
      <ImportPage />
    </Suspense>,
    { path: '/app/$organization/resources/import', at: `/app/acme/resources/import${search}` },
  )

/** What was asked of the check, which answers with this. */
function checks(found: Partial<Imported>, notes: readonly string[] = []) {
  const asked: unknown[] = []
  server.use(
    http.post(`${ACME}/resources/actions/check`, async ({ request }) => {
      asked.push(((await request.json()) as { data: { attributes: { import: unknown } } }).data.attributes.import)
      const attributes = { specification: network().attributes, secrets: [], values: [], differences: [], notes, import: { ...FOUND, ...found } }
      return HttpResponse.json({ data: { id: 'acme', type: 'resource-checks', attributes } })
    }),
  )
  return asked
}

const refused = (field: string, detail: string) =>
  HttpResponse.json({ errors: [{ status: '422', code: 'invalid', title: 'Invalid', detail, source: { pointer: `/data/attributes/import/${field}` } }] }, { status: 422 })

const STATE = new File(['{"version": 4}'], 'network.tfstate', { type: 'application/json' })

describe('bringing what is running', () => {
  test('begins with the templates, and keeps what the address says', async () => {
    server.use(...put())
    const { container } = await importing('?workspace=by-hand')
    const link = await screen.findByRole('link', { name: 'Network' })
    expect(link.getAttribute('href')).toBe('/app/acme/resources/import?template=network&workspace=by-hand')
    await expectAccessible(container)
  })

  test('from a file: looks first, orders what was seen, and looks again when anything changes', { timeout: 20_000 }, async () => {
    server.use(...put())
    const asked = checks({})
    const { user, container } = await importing()
    const look = await screen.findByRole('button', { name: 'See what would come of it' })
    await user.click(look)
    expect((await screen.findAllByText('Choose the file that has the state.')).length).toBeGreaterThan(0)
    expect(asked).toHaveLength(0)
    await user.upload(screen.getByLabelText('State file', { selector: 'input' }), STATE)
    expect(screen.getByText('network.tfstate')).toBeDefined()
    expect(screen.queryByText('Choose the file that has the state.')).toBeNull()
    expect(onOneLine(screen.getByText(/slipway resource import network/).textContent)).toContain('slipway resource import network --state network.tfstate --dry-run')
    await user.click(look)
    expect(await screen.findByText('2 running resources')).toBeDefined()
    expect(asked).toEqual([{ state: btoa('{"version": 4}'), 'allow-destroy': false }])
    expect(sent).toHaveLength(0)
    expect(onOneLine(screen.getByText(/slipway resource import network/).textContent)).not.toContain('--dry-run')
    await expectAccessible(container)
    // The reason is none of what was looked at; the call of the module is.
    await user.type(screen.getByLabelText(/^Reason/), 'It is ours')
    expect(screen.getByRole('button', { name: 'Import acme-net' })).toBeDefined()
    await user.type(screen.getByLabelText(/^Call of the module/), 'module.network')
    expect(screen.queryByText('2 running resources')).toBeNull()
    await user.click(screen.getByRole('button', { name: 'See what would come of it' }))
    await user.click(await screen.findByRole('button', { name: 'Import acme-net' }))
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]).toMatchObject([
      'POST',
      '/organizations/acme/resources',
      { data: { attributes: { template: 'network', import: { state: btoa('{"version": 4}'), module: 'module.network', 'allow-destroy': false }, reason: 'It is ours' } } },
    ])
  })

  test('from a workspace: says that it will be locked; those of the catalog are not offered', { timeout: 20_000 }, async () => {
    const workspace = (name: string, more: object = {}) => ({ id: `ws-${name}`, type: 'workspaces', attributes: { name, locked: false, 'resource-count': 3, ...more } })
    server.use(...put(), http.get(`${ACME}/workspaces`, () => HttpResponse.json(listOf([workspace('by-hand'), workspace('of-a-resource', { 'managed-by': 'res-9' })]))))
    const asked = checks({ 'from-workspace': 'by-hand', 'left-out-count': 4 }, ['The workspace by-hand will be locked.'])
    const { user, container } = await importing()
    await user.click(await screen.findByLabelText('In a workspace of acme'))
    await user.click(screen.getByLabelText('Workspace'))
    await user.click(await screen.findByRole('option', { name: /by-hand/, hidden: true }))
    expect(screen.queryByRole('option', { name: /of-a-resource/, hidden: true })).toBeNull()
    await user.click(screen.getByRole('button', { name: 'See what would come of it' }))
    expect(await screen.findByText('The workspace by-hand will be locked.')).toBeDefined()
    expect(screen.getByText('4 other resources')).toBeDefined()
    expect(asked).toEqual([{ 'from-workspace': 'by-hand', 'allow-destroy': false }])
    expect(onOneLine(screen.getByText(/slipway resource import network/).textContent)).toContain('--from-workspace by-hand')
    await expectAccessible(container)
  })

  test('what would be destroyed is refused until it is allowed, and then stands out', { timeout: 20_000 }, async () => {
    server.use(...put())
    checks({ 'unknown-addresses': ['null_resource.old'] }, ['The plan will DESTROY what the state has and the module does not: null_resource.old.'])
    server.use(http.post(`${ACME}/resources/actions/check`, () => refused('allow-destroy', 'The state has what the module does not.'), { once: true }))
    const { user } = await importing()
    await screen.findByRole('button', { name: 'See what would come of it' })
    expect(screen.queryByLabelText(/^Destroy what the state has/)).toBeNull()
    await user.upload(screen.getByLabelText('State file', { selector: 'input' }), STATE)
    await user.click(screen.getByRole('button', { name: 'See what would come of it' }))
    await user.click(await screen.findByLabelText(/^Destroy what the state has/))
    expect(screen.queryByText('The state has what the module does not.')).toBeNull()
    await user.click(screen.getByRole('button', { name: 'See what would come of it' }))
    expect(await screen.findByText('Something would be destroyed')).toBeDefined()
    expect(screen.getByText('null_resource.old', { selector: 'code' })).toBeDefined()
  })

  test('is refused with the reason where the caller may not write states', async () => {
    server.use(...put({ lacks: ['workspace.state.write'] }))
    await importing()
    const look = await screen.findByRole('button', { name: 'See what would come of it' })
    await waitFor(() => expect(look.getAttribute('aria-disabled')).toBe('true'))
    expect(screen.getAllByText(/This needs workspace.state.write in acme/).length).toBeGreaterThan(0)
  })
})

test('what was changed since a refusal is not wrong any more', () => {
  const fields = ['import/state', 'values/cidr', 'name'].map((place) => ({ field: place, pointer: `/data/attributes/${place}`, detail: `${place} is wrong.` }))
  const error = new ApiError(422, 'invalid', 'Not accepted', 'All of it.', fields)
  const before = { ...BLANK, given: { cidr: 'x' } }
  expect(remaining(error, before, before)).toBe(error)
  expect(remaining(error, before, { ...before, name: 'a' })?.message).toBe('import/state is wrong. values/cidr is wrong.')
  expect(remaining(error, before, { ...before, name: 'a', given: {}, import: nothingBrought('') })).toBeNull()
  const general = new ApiError(409, 'conflict', 'Conflict', 'A run is going on.')
  expect(remaining(general, before, { ...before, name: 'a' })).toBe(general)
})

test('what is brought stands in the command', () => {
  expect(importFlags(null)).toEqual([])
  expect(importFlags(nothingBrought(''))).toEqual(['--state FILE', false, false])
  expect(importFlags({ ...nothingBrought('by hand'), module: ' module.a["x"] ', allowsDestroy: true })).toEqual(["--from-workspace 'by hand'", `--module 'module.a["x"]'`, '--allow-destroy'])
})
