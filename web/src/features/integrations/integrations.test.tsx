import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, acme, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import { goAway, wentAwayFor } from './authorizing'
import { createCommand } from './commands'
import { healthOf } from './health'
import Integrations from './list'
import NewIntegration from './new-page'
import IntegrationPage from './page'
import { type Kind, methodsOf } from './schema'
import { changedSettings, entriesOf, type Integration, settingsOf, valuesOf } from './values'

const text = (title: string, order: number, more = {}) => ({ type: 'string', title, description: `${title}.`, 'x-order': order, ...more })

const GITEA: Kind = {
  id: 'gitea',
  type: 'integration-kinds',
  attributes: {
    title: 'Gitea, Forgejo',
    description: 'Repositories on a Gitea.',
    group: 'forge',
    methods: [
      { name: 'oauth', title: 'OAuth application', description: 'In the browser.', 'is-by-browser': true, 'is-workload-identity': false },
      { name: 'token', title: 'Token', description: 'A stored access token.', 'is-by-browser': false, 'is-workload-identity': false },
    ],
    schema: {
      oneOf: [
        { properties: { method: { const: 'oauth' }, 'client-id': text('Client id', 2), url: text('Address', 1, { format: 'uri' }) }, required: ['url', 'client-id'] },
        {
          properties: { method: { const: 'token' }, token: text('Token value', 2, { writeOnly: true, format: 'password' }), url: text('Address', 1, { format: 'uri' }) },
          required: ['method', 'url', 'token'],
        },
      ],
    } as never,
  },
}

const ENVIRONMENT: Kind = {
  ...GITEA,
  id: 'environment',
  attributes: {
    ...GITEA.attributes,
    group: 'cloud',
    methods: [{ name: 'values', title: 'Values', description: '', 'is-by-browser': false, 'is-workload-identity': false }],
    schema: {
      properties: { method: { const: 'values' }, variables: { type: 'object', title: 'Variables' }, 'sensitive-variables': { type: 'object', title: 'Secrets', writeOnly: true } },
    } as never,
  },
}

function integration(changes: Partial<Integration['attributes']> = {}): Integration {
  return {
    id: 'int-1',
    type: 'integrations',
    attributes: {
      name: 'forge',
      description: '',
      kind: 'gitea',
      'kind-title': 'Gitea, Forgejo',
      group: 'forge',
      settings: { method: 'token', url: 'https://gitea.example.com' } as never,
      secrets: ['token'],
      'is-enabled': true,
      'needs-authorization': false,
      'missing-rights': [],
      'created-at': '2026-11-21T06:00:00.000Z',
      'updated-at': '2026-11-21T06:00:00.000Z',
      ...changes,
    },
  }
}

const MANAGER = ['integration.read', 'integration.manage', 'integration.use']
const held = (names: readonly string[]) =>
  http.get(`${ACME}/access-explanations`, () =>
    HttpResponse.json(listOf(names.map((permission) => ({ id: permission, type: 'access-explanations', attributes: { permission, 'is-allowed': true } })))),
  )

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

function put(names: readonly string[] = MANAGER) {
  server.use(held(names), ...acme(), http.get(`${API}/integration-kinds`, () => HttpResponse.json(listOf([GITEA, ENVIRONMENT]))))
}

const openNew = (kind = '') =>
  show(
    <Suspense>
      <NewIntegration />
    </Suspense>,
    { path: '/app/$organization/settings/integrations/new', at: `/app/acme/settings/integrations/new${kind}` },
  )

const openOne = (one: Integration, names?: readonly string[]) => {
  put(names)
  server.use(
    http.get(`${API}/integrations/int-1`, () => HttpResponse.json({ data: one }, { headers: { etag: '"3"' } })),
    http.get(`${API}/integrations/int-1/assignments`, () => HttpResponse.json(listOf([]))),
    http.get(`${API}/integrations/int-1/used-by`, () =>
      HttpResponse.json(listOf([{ id: 'repo-1', type: 'integration-uses', attributes: { kind: 'repository', name: 'platform/infra', why: 'opened-by' } }])),
    ),
  )
  return show(
    <Suspense>
      <IntegrationPage />
    </Suspense>,
    { path: '/app/$organization/settings/integrations/$integration', at: '/app/acme/settings/integrations/int-1' },
  )
}

test('the form is drawn from the schema; a test names the rights that are missing before anything is kept', async () => {
  put()
  const asked: unknown[] = []
  const made: unknown[] = []
  server.use(
    http.post(`${ACME}/integrations/actions/test`, async ({ request }) => {
      asked.push(((await request.json()) as { data: { attributes: unknown } }).data.attributes)
      const attributes = { 'is-usable': true, account: 'robot', 'missing-rights': [{ right: 'write:repository', 'needed-for': 'webhooks are not set' }] }
      return HttpResponse.json({ data: { id: 'gitea', type: 'integration-tests', attributes } })
    }),
    http.post(`${ACME}/integrations`, async ({ request }) => {
      made.push(((await request.json()) as { data: { attributes: unknown } }).data.attributes)
      return HttpResponse.json({ data: integration() }, { status: 201 })
    }),
  )
  const { user, container, router } = await openNew('?kind=gitea')
  await user.type(await screen.findByLabelText('Name'), 'forge')
  await user.click(screen.getByLabelText('Token'))
  await user.click(screen.getByLabelText('Address'))
  await user.paste('https://gitea.example.com')
  await user.type(screen.getByLabelText('Token value'), 's3cret')
  expect(screen.getByLabelText('Token value').getAttribute('type')).toBe('password')
  expect(screen.getByText(/slipway integration create/).textContent).toContain('create gitea forge --set method=token --set url=https://gitea.example.com --secret token')
  expect(screen.getByRole('link', { name: /Make a token at the forge/ }).getAttribute('href')).toBe('https://gitea.example.com/user/settings/applications')
  await user.click(screen.getByRole('button', { name: 'Test' }))
  const missing = await screen.findByRole('list', { name: 'Missing rights' })
  expect(within(missing).getByText('write:repository').parentElement?.textContent).toBe('write:repository webhooks are not set')
  expect(asked).toEqual([{ kind: 'gitea', settings: { method: 'token', url: 'https://gitea.example.com', token: 's3cret' } }])
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Create integration' }))
  await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/settings/integrations/int-1'))
  expect(made).toMatchObject([{ name: 'forge', kind: 'gitea', settings: { method: 'token', token: 's3cret' } }])
})

test('one that is off says so, and is turned on there', async () => {
  let sent: unknown
  const { user, container } = await openOne(integration({ 'is-enabled': false }))
  server.use(
    http.patch(`${API}/integrations/int-1`, async ({ request }) => {
      sent = ((await request.json()) as { data: { attributes: unknown } }).data.attributes
      return HttpResponse.json({ data: integration() })
    }),
  )
  expect(await screen.findByText('It is off')).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Turn on' }))
  await waitFor(() => expect(sent).toEqual({ 'is-enabled': true }))
})

test('whoever comes back from the other side is told that it is connected', async () => {
  goAway('int-1')
  await openOne(integration({ settings: { method: 'oauth' } as never, 'expires-at': '2026-11-21T07:00:00.000Z' }))
  expect((await screen.findByText('forge is connected')).closest('[class*=alert]')?.textContent).toContain('renewed by itself')
  expect(wentAwayFor('int-1')).toBe(false)
})

test('why it was not allowed at the other side is said, with the way to begin again', async () => {
  await openOne(integration({ 'needs-authorization': true, 'authorization-error': 'The forge did not let us in: access_denied.' }))
  expect(await screen.findByText(/access_denied/)).toBeDefined()
  expect(screen.getByRole('button', { name: /^Authorize at/ })).toBeDefined()
})

test('what expires is told before it does, unless it is renewed by itself', () => {
  const now = Date.parse('2026-11-21T06:00:00.000Z')
  const of = (expires: string, method: string) => healthOf(integration({ 'checked-at': '2026-11-20T06:00:00.000Z', 'expires-at': expires, settings: { method } as never }), now).status
  expect(of('2026-11-24T06:00:00.000Z', 'token')).toBe('warning')
  expect(of('2026-11-20T06:00:00.000Z', 'token')).toBe('failed')
  expect(of('2026-12-24T06:00:00.000Z', 'token')).toBe('ok')
  expect(of('2026-11-20T06:00:00.000Z', 'oauth')).toBe('ok')
})

test('the list says how many things use each', async () => {
  put()
  server.use(http.get(`${ACME}/integrations`, () => HttpResponse.json(listOf([integration({ 'used-by': { repository: 2, workspace: 1 } }), { ...integration({ name: 'idle' }), id: 'int-2' }]))))
  await show(
    <Suspense>
      <Integrations />
    </Suspense>,
    { path: '/app/$organization/settings/integrations', at: '/app/acme/settings/integrations' },
  )
  expect((await screen.findByRole('link', { name: '2 repositories, 1 workspace' })).getAttribute('href')).toBe('/app/acme/settings/integrations/int-1')
  expect(screen.getByText('nothing yet')).toBeDefined()
})

test('what the server finds wrong with a setting stands at its field', async () => {
  put()
  const detail = '"nowhere" is no address. Write it as https://gitea.example.com.'
  server.use(
    http.post(`${ACME}/integrations`, () =>
      HttpResponse.json(
        { errors: [{ status: '422', code: 'invalid', title: 'Not accepted', detail, source: { pointer: '/data/attributes/settings/url' } }] },
        { status: 422 },
      ),
    ),
  )
  const { user } = await openNew('?kind=gitea')
  await user.type(await screen.findByLabelText('Address'), 'nowhere')
  await user.click(screen.getByRole('button', { name: 'Create integration' }))
  await waitFor(() => expect(screen.getByLabelText('Address').getAttribute('aria-invalid')).toBe('true'))
  expect(screen.getAllByText(detail).length).toBeGreaterThan(0)
})

test('deleting one that is used is refused with what uses it, and the dialog stays', async () => {
  const { user } = await openOne(integration())
  const detail = 'The repository "platform/infra" uses forge.'
  server.use(
    http.delete(`${API}/integrations/int-1`, () =>
      HttpResponse.json({ errors: [{ status: '409', code: 'conflict', title: 'In the way', detail }] }, { status: 409 }),
    ),
  )
  expect(await screen.findByRole('link', { name: 'platform/infra' })).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'More actions' }))
  await user.click(await screen.findByRole('menuitem', { name: /Delete/ }))
  await user.type(await screen.findByLabelText(/to confirm/), 'forge')
  await user.click(screen.getByRole('button', { name: 'Delete integration' }))
  expect(await screen.findByText(detail)).toBeDefined()
  expect(screen.getByRole('dialog')).toBeDefined()
})

test('a reader sees how it stands, and every action says what is missing', async () => {
  await openOne(integration({ 'check-error': 'The token was revoked. Make another one.' }), ['integration.read'])
  expect(await screen.findByText('The token was revoked. Make another one.')).toBeDefined()
  expect(screen.getByRole('button', { name: 'Test' }).getAttribute('aria-disabled')).toBe('true')
  expect(screen.getAllByText(/You need the permission integration.manage/).length).toBeGreaterThan(0)
})

test('only what changed is sent: a secret that was not typed stays, an emptied field goes', () => {
  const methods = methodsOf(GITEA)
  const before = valuesOf(methods, integration())
  expect(changedSettings(methods[1], before, before)).toEqual({})
  expect(changedSettings(methods[1], before, { ...before, url: '' })).toEqual({ url: null })
  expect(changedSettings(methods[1], before, { ...before, token: 'new' })).toEqual({ token: 'new' })
  expect(methodsOf(GITEA)[0]?.fields.map(({ name }) => name)).toEqual(['url', 'client-id'])
})

test('names with values: lines in, entries out, kept secrets taken away one by one', () => {
  const [method] = methodsOf(ENVIRONMENT)
  expect(entriesOf('A=1\n B = two words\nnonsense\n')).toEqual({ A: '1', B: ' two words' })
  expect(settingsOf(method, { variables: 'A=1' })).toEqual({ method: 'values', variables: { A: '1' } })
  const kept = integration({ kind: 'environment', settings: { method: 'values', variables: { A: '1' } } as never, secrets: ['sensitive-variables.KEY', 'sensitive-variables.OLD'] })
  const before = valuesOf(methodsOf(ENVIRONMENT), kept)
  expect(before['variables']).toBe('A=1')
  const after = { ...before, variables: 'B=2', 'sensitive-variables': 'NEW=x', 'sensitive-variables kept': 'KEY' }
  expect(changedSettings(method, before, after)).toEqual({ variables: { A: null, B: '2' }, 'sensitive-variables': { OLD: null, NEW: 'x' } })
  const command = createCommand('environment', method, true, { name: 'it', variables: 'A=1', 'sensitive-variables': 'KEY=secret' })
  expect(command).toBe('slipway integration create environment it --set variables.A=1 --secret sensitive-variables.KEY')
})

test('it is given to the runs of a workspace, for the phases that need it', async () => {
  const { user } = await openOne(integration({ group: 'cloud', kind: 'gitea' }))
  let given: unknown = null
  server.use(
    http.get(ACME, () => HttpResponse.json({ data: { id: 'acme', type: 'organizations', attributes: { name: 'acme', 'external-id': 'org-1' } } })),
    http.get(`${ACME}/workspaces`, () => HttpResponse.json(listOf([{ id: 'ws-1', type: 'workspaces', attributes: { name: 'shop' } }]))),
    http.put(`${API}/integrations/int-1/assignments/:target`, async ({ params, request }) => {
      given = [params['target'], ((await request.json()) as { data: { attributes: unknown } }).data.attributes]
      return HttpResponse.json({ data: { id: 'int-1:ws-1', type: 'integration-assignments', attributes: {} } })
    }),
  )
  await user.click(await screen.findByRole('button', { name: 'Give to runs…' }))
  const dialog = await screen.findByRole('dialog')
  // The field stands there before what it opens is loaded.
  await waitFor(() => expect(within(dialog).getByLabelText('Workspace').getAttribute('aria-haspopup')).toBe('listbox'))
  await user.click(within(dialog).getByLabelText('Workspace'))
  await user.click(await screen.findByText('shop'))
  await user.selectOptions(within(dialog).getByLabelText('For'), 'plan')
  expect(within(dialog).getByText(/slipway integration assign/).textContent).toContain('assign forge --workspace shop --phase plan')
  await user.click(within(dialog).getByRole('button', { name: 'Give it' }))
  await waitFor(() => expect(given).toEqual(['ws-1', { phases: 'plan' }]))
})
