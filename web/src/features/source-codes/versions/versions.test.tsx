import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { type ComponentType, Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, acme, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import Versions from './list'
import VersionPage from './page'
import type { Settings, Variable, Version } from './queries'
import { changed, facts, moved, settingsOf, valuesOf } from './settings'

function version(changes: Partial<Version['attributes']> = {}): Version {
  return {
    id: 'scv-2',
    type: 'source-code-versions',
    attributes: {
      template: 'network',
      'source-code': 'modules',
      'ref-kind': 'tag',
      ref: 'v2.0.0',
      directory: 'modules/network',
      commit: 'a'.repeat(40),
      status: 'ready',
      lifecycle: 'preview',
      'is-recommended': false,
      position: 2,
      description: '',
      labels: [],
      'moved-to': null,
      'is-ref-gone': false,
      'compared-with': 'scv-1',
      notes: [
        { weight: 'harmless', subject: 'variable', name: 'size', change: 'added', sentence: 'There is a variable "size".' },
        { weight: 'breaking', subject: 'output', name: 'id', change: 'removed', sentence: 'The output "id" is gone.' },
      ],
      'breaking-changes': null,
      'variable-count': 2,
      'output-count': 1,
      variables: [],
      problems: [],
      'created-at': '2026-11-21T06:00:00.000Z',
      'updated-at': '2026-11-21T06:00:00.000Z',
      ...changes,
    },
  }
}

const variable = (name: string, type = 'string'): Variable => ({
  name,
  type,
  required: true,
  default: null,
  nullable: false,
  sensitive: false,
  ephemeral: false,
  description: `About ${name}.`,
  validations: [],
  file: 'variables.tf',
  line: 1,
})

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

function put(shown: Version, { isReader = false, all = [shown] }: { isReader?: boolean; all?: readonly Version[] } = {}) {
  const held = ['catalog.template.read', ...(isReader ? [] : ['catalog.template.manage'])]
  const answers = held.map((permission) => ({ id: permission, type: 'access-explanations', attributes: { permission, 'is-allowed': true } }))
  const sent: unknown[] = []
  server.use(
    http.get(`${ACME}/access-explanations`, () => HttpResponse.json(listOf(answers))),
    ...acme(),
    http.get(`${API}/templates/tpl-1`, () => HttpResponse.json({ data: { id: 'tpl-1', type: 'templates', attributes: { key: 'network', name: 'Network', 'is-abstract': false } } })),
    http.get(`${ACME}/source-code-versions`, () => HttpResponse.json(listOf(all))),
    http.get(`${API}/source-code-versions/scv-2`, () => HttpResponse.json({ data: shown }, { headers: { etag: '"4"' } })),
    http.get(`${API}/source-code-versions/scv-2/interface`, () =>
      HttpResponse.json({ data: { id: 'scv-2', type: 'x', attributes: { variables: [variable('cidr'), variable('size', 'number')], outputs: [], problems: [] } } }),
    ),
    http.patch(`${API}/source-code-versions/scv-2`, async ({ request }) => {
      sent.push([request.headers.get('if-match'), ((await request.json()) as { data: { attributes: unknown } }).data.attributes])
      return HttpResponse.json({ data: shown })
    }),
  )
  return sent
}

const open = (Page: ComponentType, path: string, at: string) =>
  show(
    <Suspense>
      <Page />
    </Suspense>,
    { path: `/app/$organization/templates/$template/${path}`, at: `/app/acme/templates/tpl-1/${at}` },
  )

test('the list says how far each is published, what breaks, and which ref moved on', async () => {
  put(version(), { all: [version({ 'moved-to': 'b'.repeat(40) }), { ...version({ ref: 'v1.0.0', lifecycle: 'active', 'is-recommended': true, notes: [] }), id: 'scv-1' }] })
  const { container } = await open(Versions, 'versions', 'versions')
  const row = (await screen.findByRole('link', { name: 'v2.0.0' })).closest('tr')
  expect(row?.textContent).toMatch(/Preview.*1 breaking change.*modules: modules\/network.*moved on/)
  expect(screen.getByRole('link', { name: 'v1.0.0' }).closest('tr')?.textContent).toContain('recommended')
  await expectAccessible(container)
})

test('without one the page says how to make the first; a group can have none', async () => {
  put(version(), { all: [] })
  server.use(http.get(`${API}/templates/tpl-1`, () => HttpResponse.json({ data: { id: 'tpl-1', type: 'templates', attributes: { key: 'region', name: 'Region', 'is-abstract': true } } })))
  await open(Versions, 'versions', 'versions')
  expect(await screen.findByText('Region has no code yet')).toBeDefined()
  expect(screen.getByRole('button', { name: /New version/ }).textContent).toContain('A group has no code')
})

test('what breaks stands first, and it is published from the version that was read', async () => {
  const sent = put(version())
  const { user, container } = await open(VersionPage, 'versions/$version', 'versions/scv-2')
  const notes = (await screen.findByText('The output "id" is gone.')).closest('ul')
  expect(notes?.textContent).toBe('The output "id" is gone.There is a variable "size".')
  await screen.findByText('About cidr.')
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Activate' }))
  await waitFor(() => expect(sent).toEqual([['"4"', { lifecycle: 'active' }]]))
}, 60_000)

test('how a variable is asked for is said in its form, and all others stay as they were', async () => {
  const sent = put(version({ variables: [{ name: 'size', default: 3 }] }))
  const { user } = await open(VersionPage, 'versions/$version', 'versions/scv-2')
  await user.click(await screen.findByRole('button', { name: 'Settings of cidr' }))
  const dialog = await screen.findByRole('dialog')
  await user.type(within(dialog).getByLabelText(/^Label/), 'Address range')
  await user.type(within(dialog).getByLabelText(/^Options/), '10.0.0.0/16{Enter}10.1.0.0/16')
  await user.click(within(dialog).getByRole('checkbox', { name: 'Frozen' }))
  await user.selectOptions(within(dialog).getByLabelText('Shown only when'), 'size')
  await user.type(within(dialog).getByLabelText('is'), '3')
  await expectAccessible(dialog)
  await user.click(within(dialog).getByRole('button', { name: 'Save' }))
  const cidr = { name: 'cidr', label: 'Address range', options: ['10.0.0.0/16', '10.1.0.0/16'], frozen: true, 'shown-when': { variable: 'size', equals: 3 } }
  await waitFor(() => expect(sent).toEqual([['"4"', { variables: [{ name: 'size', default: 3 }, cidr] }]]))
}, 60_000)

test('a tag that moved is told; what differs is looked at before it is taken', async () => {
  put(version({ 'moved-to': 'b'.repeat(40) }))
  let taken: string | null = null
  server.use(
    http.get(`${API}/source-code-versions/scv-2/drift`, () =>
      HttpResponse.json({
        data: { id: 'scv-2', type: 'x', attributes: { commit: 'a', 'ref-commit': 'b', 'is-moved': true, 'is-changed': true, notes: [], files: [{ path: 'main.tf', change: 'changed', diff: '-a\n+b' }], 'is-cut': false } },
      }),
    ),
    http.post(`${API}/source-code-versions/scv-2/actions/refresh`, ({ request }) => {
      taken = request.headers.get('if-match')
      return HttpResponse.json({ data: { id: 'scv-2', type: 'x', attributes: { before: 'a', commit: 'b', 'is-changed': true, status: 'ready', notes: [], report: ['The default of "size" was dropped.'] } } })
    }),
  )
  const { user } = await open(VersionPage, 'versions/$version', 'versions/scv-2')
  expect(await screen.findByText('The tag v2.0.0 is on bbbbbbbb now')).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'See what differs' }))
  expect(await screen.findByText('main.tf')).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'Take the new code…' }))
  await user.click(await screen.findByRole('button', { name: 'Take the new code' }))
  expect(await screen.findByText('The default of "size" was dropped.')).toBeDefined()
  expect(taken).toBe('"4"')
}, 60_000)

test('who may not change templates sees a version and may do nothing with it', async () => {
  put(version({ status: 'failed', problems: [{ severity: 'error', summary: 'Missing brace.', detail: '', file: 'main.tf', line: 3 }] }), { isReader: true })
  await open(VersionPage, 'versions/$version', 'versions/scv-2')
  expect(await screen.findByText('main.tf:3')).toBeDefined()
  expect(screen.getByRole('button', { name: /Activate/ }).textContent).toContain('catalog.template.manage')
})

test('settings survive their form, and empty ones are none', () => {
  const size = variable('size', 'number')
  const said: Settings = {
    name: 'size',
    required: false,
    default: 3,
    unique: true,
    restricted: ['owner'],
    options: [1, 2, 3],
    rules: { minimum: 1, message: 'Small.' },
    reference: { template: 'region', output: 'size' },
    'shown-when': { variable: 'kind', equals: 'large' },
  }
  expect(settingsOf(valuesOf(said, size), size)).toEqual(said)
  expect(settingsOf(valuesOf(null, size), size)).toBeNull()
  expect(settingsOf({ ...valuesOf(null, variable('a')), default: '3' }, variable('a'))).toEqual({ name: 'a', default: '3' })
  expect(settingsOf({ ...valuesOf(null, size), default: '[1' }, size)).toEqual({ name: 'size', default: '[1' })
  expect(facts(size, said)).toEqual(['from region.size', 'default 3', 'unique', 'one of 3', 'only for owner', 'when kind is "large"', 'checked'])
  const [a, b] = [{ name: 'a' }, { name: 'b' }]
  expect(changed([a, b], 'a', null)).toEqual([b])
  expect(changed([a, b], 'a', { name: 'a', label: 'A' })).toEqual([{ name: 'a', label: 'A' }, b])
  expect(moved([a, b], 'b', -1)).toEqual([b, a])
  expect(moved([a, b], 'b', 1)).toEqual([a, b])
})
