import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { type ComponentType, Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, acme, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import { createCommand } from './commands'
import NewSourceCode from './create/page'
import SourceCodes from './list/page'
import SourceCodePage from './one/page'
import type { Module, SourceCode } from './queries'

const MODULES: SourceCode = {
  id: 'src-1',
  type: 'source-codes',
  attributes: {
    name: 'modules',
    description: 'What we publish.',
    labels: ['team=platform'],
    repository: 'platform/modules',
    address: 'https://gitea.example.com/platform/modules.git',
    'default-branch': 'main',
    status: 'ok',
    error: null,
    'used-by': { template: 2 },
    'created-at': '2026-11-21T06:00:00.000Z',
    'updated-at': '2026-11-21T06:00:00.000Z',
  },
  relationships: { repository: { data: { id: 'repo-1', type: 'repositories' } } },
}

const module = (directory: string, errors = 0): Module => ({
  id: directory || '.',
  type: 'source-code-modules',
  attributes: { directory, name: directory, commit: 'a'.repeat(40), variables: 2, 'required-variables': 1, outputs: 1, resources: 3, errors, digest: 'd' },
})

const variable = (name: string, changes = {}) => ({
  name,
  type: 'string',
  required: false,
  default: 'x',
  nullable: false,
  sensitive: false,
  ephemeral: false,
  validations: [],
  file: 'variables.tf',
  line: 1,
  ...changes,
})

const taken = (directory: string) => ({
  commit: 'a'.repeat(40),
  directory,
  variables: [
    variable(`cidr_of_${directory}`, { required: true, default: null, description: 'Which addresses.', validations: [{ condition: 'true', message: 'An address range is private.' }] }),
    variable('password', { sensitive: true, default: null }),
    variable('size', { type: 'number', default: 3 }),
  ],
  outputs: [{ name: 'network_id', description: 'Its id.', sensitive: false, ephemeral: false, file: 'outputs.tf', line: 1 }],
  'engine-versions': ['>= 1.8'],
  providers: [{ name: 'random', source: 'hashicorp/random', constraint: '~> 3.0' }],
  modules: [],
  resources: { random_pet: 2 },
  'data-sources': {},
  problems: directory === 'broken' ? [{ severity: 'error', summary: 'Missing brace', detail: 'Close it.', file: 'broken/main.tf', line: 7 }] : [],
})

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

function put({ isReader = false } = {}) {
  const held = ['catalog.source-code.read', ...(isReader ? [] : ['catalog.source-code.manage'])]
  const answers = held.map((permission) => ({ id: permission, type: 'access-explanations', attributes: { permission, 'is-allowed': true } }))
  server.use(
    http.get(`${ACME}/access-explanations`, () => HttpResponse.json(listOf(answers))),
    ...acme(),
    http.get(`${ACME}/source-codes`, () => HttpResponse.json(listOf([MODULES]))),
    http.get(`${API}/source-codes/src-1`, () => HttpResponse.json({ data: MODULES }, { headers: { etag: '"3"' } })),
    http.get(`${API}/source-codes/src-1/modules`, () => HttpResponse.json(listOf([module('network'), module('broken', 1)]))),
    http.get(`${API}/source-codes/src-1/interface`, ({ request }) => {
      const directory = new URL(request.url).searchParams.get('directory') ?? ''
      return HttpResponse.json({ data: { id: 'src-1', type: 'source-code-interfaces', attributes: taken(directory) } })
    }),
    http.get(`${API}/repositories/repo-1/branches`, () => HttpResponse.json(listOf([]))),
    http.get(`${API}/repositories/repo-1/tags`, () => HttpResponse.json(listOf([]))),
    http.get(`${ACME}/repositories`, () =>
      HttpResponse.json(listOf([{ id: 'repo-1', type: 'repositories', attributes: { 'full-name': 'platform/modules' }, relationships: { integration: { data: { id: 'int-1', type: 'integrations' } } } }])),
    ),
    http.get(`${ACME}/integrations`, () => HttpResponse.json(listOf([{ id: 'int-1', type: 'integrations', attributes: { name: 'forge', 'kind-title': 'Gitea' } }]))),
  )
}

const open = (Page: ComponentType, path: string, at = path) =>
  show(
    <Suspense>
      <Page />
    </Suspense>,
    { path: `/app/$organization/${path}`, at: `/app/acme/${at}` },
  )

test('the list says where each is and who uses it; who may not add one is told why', async () => {
  put({ isReader: true })
  const { container } = await open(SourceCodes, 'source-code')
  const row = (await screen.findByRole('link', { name: 'modules' })).closest('tr')
  expect(row?.textContent).toContain('platform/modules')
  expect(screen.getByRole('button', { name: /New source code/ }).textContent).toContain('catalog.source-code.manage')
  await expectAccessible(container)
})

test('a repository that is connected brings its integration; the same stands there as a command', async () => {
  put()
  let sent: unknown
  server.use(
    http.post(`${ACME}/source-codes`, async ({ request }) => {
      sent = ((await request.json()) as { data: { attributes: unknown } }).data.attributes
      return HttpResponse.json({ data: MODULES }, { status: 201 })
    }),
  )
  const { user, router, container } = await open(NewSourceCode, 'source-code/new')
  await waitFor(() => expect(screen.getByLabelText('Repository')).toHaveProperty('readOnly', false))
  await user.type(screen.getByLabelText('Repository'), 'platform')
  await user.click(await screen.findByRole('option', { name: 'platform/modules', hidden: true }))
  expect(await screen.findByText(/slipway source-code create platform\/modules --integration forge/)).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Create source code' }))
  await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/source-code/src-1'))
  expect(sent).toEqual({ identifier: 'platform/modules', 'integration-id': 'int-1', name: null, description: '', labels: [] })
}, 60_000)

test('a module says what it takes and gives, and what is wrong with it; the address says which', async () => {
  put()
  const { user, router, container } = await open(SourceCodePage, 'source-code/$sourceCode', 'source-code/src-1')
  const variables = await screen.findByRole('table', { name: 'Variables' })
  expect(within(variables).getByText('cidr_of_network').closest('tr')?.textContent).toContain('An address range is private.')
  expect(within(variables).getByText('password').closest('tr')?.textContent).toContain('hidden')
  expect(within(variables).getByText('size').closest('tr')?.textContent).toContain('3')
  expect(screen.getByText('hashicorp/random ~> 3.0')).toBeDefined()
  await expectAccessible(container)
  await user.click(within(screen.getByRole('navigation', { name: 'Modules' })).getByRole('link', { name: /broken/ }))
  expect(await screen.findByText('broken/main.tf:7')).toBeDefined()
  expect(router.state.location.search).toEqual({ module: 'broken' })
}, 60_000)

test('only what differs is sent with the version that was read, and what uses it keeps it from being deleted', async () => {
  put()
  const sent: unknown[] = []
  server.use(
    http.patch(`${API}/source-codes/src-1`, async ({ request }) => {
      sent.push([request.headers.get('if-match'), ((await request.json()) as { data: { attributes: unknown } }).data.attributes])
      return HttpResponse.json({ data: MODULES })
    }),
    http.delete(`${API}/source-codes/src-1`, () =>
      HttpResponse.json({ errors: [{ status: '409', code: 'conflict', title: 'in use', detail: 'The template "network" is made of it.' }] }, { status: 409 }),
    ),
  )
  const { user } = await open(SourceCodePage, 'source-code/$sourceCode', 'source-code/src-1')
  await user.click(await screen.findByRole('button', { name: 'More actions' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Edit…' }))
  await user.type(await screen.findByLabelText(/^Description/), ' All.')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toEqual([['"3"', { description: 'What we publish. All.' }]]))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await user.click(screen.getByRole('button', { name: 'More actions' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Delete…' }))
  await user.type(await screen.findByLabelText(/to confirm/), 'modules')
  await user.click(screen.getByRole('button', { name: 'Delete source code' }))
  expect(await screen.findByText(/The template "network" is made of it/)).toBeDefined()
}, 60_000)

test('a command names what is needed', () => {
  expect(createCommand('', { name: '', integration: '' })).toBe('slipway source-code create REPOSITORY')
  expect(createCommand('https://x.y/a b.git', { name: 'm', integration: 'the forge' })).toBe("slipway source-code create 'https://x.y/a b.git' --name m --integration 'the forge'")
})
