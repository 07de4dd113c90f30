import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { type ComponentType, Suspense } from 'react'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import { commandOf } from './form/command'
import EditExecutor from './form/edit-page'
import NewExecutor from './form/new-page'
import { shapeOf } from './form/types'
import { BLANK, changesOf, expressionOf, newOf, settingsOf, valuesOf } from './form/values'
import Executors from './list/page'
import ExecutorFrame from './one/frame'
import ExecutorPage from './one/page'
import type { Executor } from './queries'
import RunsPage from './runs/page'

const T0 = '2026-11-20T10:00:00.000Z'
const EVERYTHING = { 'can-plan': true, 'can-apply': true, 'can-destroy': true, 'can-cancel': true, 'can-approve': true, 'can-update': true, 'can-delete': true }

function executor(changes: Partial<Executor['attributes']> = {}): Executor {
  return {
    id: 'exec-1',
    type: 'executors',
    attributes: {
      name: 'backup',
      description: 'Every night',
      labels: ['team=ops'],
      'source-code': 'modules',
      'ref-kind': 'branch',
      ref: 'main',
      directory: 'jobs/backup',
      engine: 'opentofu',
      'engine-version': 'latest',
      operation: 'plan-and-apply',
      'target-addrs': [],
      'replace-addrs': [],
      'skip-refresh': false,
      'auto-apply': false,
      integrations: [{ id: 'int-1', name: 'aws' }],
      variables: [
        { key: 'region', value: 'eu', category: 'terraform', hcl: false, sensitive: false, description: '' },
        { key: 'names', value: '["a", "b"]', category: 'terraform', hcl: true, sensitive: false, description: '' },
        { key: 'rules', value: '[for n in ["a"] : n]', category: 'terraform', hcl: true, sensitive: false, description: '' },
        { key: 'password', value: null, category: 'terraform', hcl: false, sensitive: true, description: '' },
        { key: 'AWS_REGION', value: 'eu-west-1', category: 'env', hcl: false, sensitive: false, description: '' },
      ],
      'is-enabled': true,
      status: 'waiting',
      'resource-count': 3,
      'latest-run-at': T0,
      'latest-run-status': 'planned',
      permissions: EVERYTHING,
      'created-at': T0,
      'updated-at': T0,
      ...changes,
    },
    relationships: {
      project: { data: { id: 'prj-1', type: 'projects' } },
      'source-code': { data: { id: 'src-1', type: 'source-codes' } },
      workspace: { data: { id: 'ws-1', type: 'workspaces' } },
    },
  }
}

function run(changes: object = {}) {
  const attributes = {
    status: 'planned',
    operation: 'plan-and-apply',
    ref: 'main',
    'ref-kind': 'branch',
    commit: 'a'.repeat(40),
    message: 'Before the move',
    'started-by': 'lin',
    'auto-apply': false,
    'has-changes': true,
    actions: { 'is-cancelable': false, 'is-confirmable': true, 'is-discardable': true, 'is-force-cancelable': false },
    'created-at': T0,
    ...changes,
  }
  return { id: 'run-1', type: 'executor-runs', attributes }
}

const variable = (name: string, type: string, changes: object = {}) => ({
  name,
  type,
  required: false,
  default: null,
  nullable: true,
  sensitive: false,
  ephemeral: false,
  description: `About ${name}.`,
  validations: [],
  file: 'variables.tf',
  line: 1,
  ...changes,
})

const MODULE = {
  variables: [
    variable('region', 'string', { required: true }),
    variable('names', 'list(string)', { required: true }),
    variable('size', 'number', { default: 3 }),
    variable('rules', 'any'),
    variable('password', 'string', { sensitive: true, required: true }),
  ],
  outputs: [],
  problems: [],
}

const OUTPUTS = [
  { name: 'archive', sensitive: false, type: 'string', value: 's3://backup/1' },
  { name: 'token', sensitive: true, type: 'string', value: null },
]

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const sent: (readonly [string, unknown])[] = []

function put({ shown = executor(), latest = run(), approvals = null as object | null } = {}) {
  sent.length = 0
  const said = async ({ request }: { request: Request }) => {
    const text = await request.text()
    const body = text === '' ? null : (JSON.parse(text) as { data?: { attributes: unknown } })
    sent.push([`${request.method} ${request.url.slice(API.length)}`, body?.data?.attributes ?? body])
    return request.method === 'DELETE' ? new HttpResponse(null, { status: 204 }) : HttpResponse.json({ data: shown })
  }
  const one = (id: string, type: string, attributes: object, relationships = {}) => ({ id, type, attributes, relationships })
  server.use(
    http.get(`${ACME}/access-explanations`, ({ request }) => {
      const permission = new URL(request.url).searchParams.get('permission') ?? 'executor.read'
      return HttpResponse.json(listOf([one(permission, 'access-explanations', { permission, 'is-allowed': true })]))
    }),
    http.get(`${API}/account/session`, () => HttpResponse.json({ data: one('s', 'sessions', { 'csrf-token': 't' }) })),
    http.get(`${API}/account/details`, () => HttpResponse.json({ data: one('user-ada', 'users', { username: 'ada' }) })),
    http.get(`${ACME}/projects`, () => HttpResponse.json(listOf([one('prj-1', 'projects', { name: 'shop', 'is-default': true })]))),
    http.get(`${ACME}/integrations`, () => HttpResponse.json(listOf([one('int-1', 'integrations', { name: 'aws', kind: 'aws' })]))),
    http.get(`${ACME}/source-codes`, () =>
      HttpResponse.json(listOf([one('src-1', 'source-codes', { name: 'modules', repository: 'platform/modules' }, { repository: { data: { id: 'repo-1', type: 'repositories' } } })])),
    ),
    http.get(`${API}/source-codes/src-1/modules`, () => HttpResponse.json(listOf([one('m', 'source-code-modules', { directory: 'jobs/backup' })]))),
    http.get(`${API}/source-codes/src-1/interface`, () => HttpResponse.json({ data: one('src-1', 'source-code-interfaces', MODULE) })),
    http.get(`${API}/repositories/repo-1/:refs`, ({ params }) => HttpResponse.json(listOf([one('r', 'refs', { name: params['refs'] === 'tags' ? 'v1.0.0' : 'main' })]))),
    http.get(`${API}/executors/exec-1`, () => HttpResponse.json({ data: shown }, { headers: { etag: '"5"' } })),
    http.get(`${API}/executors/exec-1/runs`, () => HttpResponse.json(listOf([latest]))),
    http.get(`${API}/executors/exec-1/runs/run-1`, () => HttpResponse.json({ data: { ...latest, attributes: { ...latest.attributes, approvals } } })),
    http.get(`${API}/executors/exec-1/outputs`, ({ request }) => {
      const isRevealed = new URL(request.url).searchParams.get('filter[sensitive]') === 'revealed'
      return HttpResponse.json(listOf(OUTPUTS.map((output) => one(output.name, 'state-outputs', { ...output, value: output.sensitive && isRevealed ? 'hush' : output.value }))))
    }),
    http.get(`${API}/runs/run-1`, () =>
      HttpResponse.json({ data: one('run-1', 'runs', {}), included: [one('plan-1', 'plans', { 'resource-additions': 2, 'resource-changes': 1, 'resource-destructions': 0 })] }),
    ),
    http.post(`${ACME}/executors`, said),
    http.patch(`${API}/executors/exec-1`, said),
    http.delete(`${API}/executors/exec-1`, said),
    http.post(`${API}/executors/exec-1/actions/:action`, said),
  )
}

const open = (Page: ComponentType, path: string, at = path) =>
  show(
    <Suspense>
      <Page />
    </Suspense>,
    { path: `/app/$organization/${path}`, at: `/app/acme/${at}` },
  )

const one = (Page: ComponentType, tab = '') => open(Page, `executors/$executor${tab}`, `executors/exec-1${tab}`)

describe('the list', () => {
  const list = async (rows: readonly Executor[], search = '') => {
    const asked: Record<string, string>[] = []
    put()
    server.use(
      http.get(`${ACME}/executors`, ({ request }) => {
        asked.push(Object.fromEntries(new URL(request.url).searchParams))
        return HttpResponse.json(listOf(rows))
      }),
    )
    return { ...(await open(Executors, 'executors', `executors${search}`)), asked }
  }

  test('without any it says what they are, with the button and the command', async () => {
    const { container } = await list([])
    expect(await screen.findByText('Nothing is run now and then')).toBeDefined()
    expect(screen.getByRole('link', { name: 'New executor' }).getAttribute('href')).toBe('/app/acme/executors/new')
    expect(screen.getByText(/slipway executor create backup/)).toBeDefined()
    await expectAccessible(container)
  })

  test('says how each stands, and is asked by filter', async () => {
    const { container, asked } = await list([executor({ 'is-enabled': false })], '?status=waiting&enabled=false&project=prj-1')
    const table = within(await screen.findByRole('table', { name: 'Executors' }))
    expect(await table.findByText('disabled')).toBeDefined()
    expect(table.getByText('modules · main · jobs/backup')).toBeDefined()
    expect(asked[0]).toEqual({ 'filter[status]': 'waiting', 'filter[enabled]': 'false', 'filter[project][id]': 'prj-1', 'page[size]': '50' })
    await expectAccessible(container)
  })
})

describe('one executor', () => {
  test('shows the run that waits, what it puts out and what it was given; the run is confirmed as it was seen', async () => {
    put()
    const { user, container } = await one(ExecutorPage)
    const confirm = await screen.findByRole('button', { name: 'Confirm and apply' })
    expect(await screen.findByRole('img', { name: '2 to create, 1 to change' })).toBeDefined()
    expect(await within(screen.getByRole('table', { name: 'Outputs' })).findByText('s3://backup/1')).toBeDefined()
    const values = within(screen.getByRole('table', { name: 'Values' }))
    expect(values.getByText('environment')).toBeDefined()
    expect(values.getByText('sensitive')).toBeDefined()
    expect((await screen.findByRole('link', { name: 'aws' })).getAttribute('href')).toBe('/app/acme/settings/integrations/int-1')
    await expectAccessible(container)
    await user.type(screen.getByLabelText('Comment on the run'), 'Fine')
    await user.click(confirm)
    await waitFor(() => expect(sent).toEqual([['POST /executors/exec-1/actions/confirm', { comment: 'Fine', run: 'run-1' }]]))
  })

  test('cannot be confirmed while approvals are missing', async () => {
    const approvals = { status: 'waiting', detail: 'One of team ops has to approve.', rules: [{ rule: 'apr-1', name: 'ops', needed: 1, given: 0 }], votes: [], 'may-approve': true }
    put({ approvals })
    const { user } = await one(ExecutorPage)
    expect((await screen.findByRole('button', { name: 'Confirm and apply' })).getAttribute('aria-disabled')).toBe('true')
    await user.click(screen.getByRole('button', { name: 'Approve' }))
    await waitFor(() => expect(sent[0]).toEqual(['POST /executors/exec-1/actions/approve', { comment: '', run: 'run-1' }]))
  })

  test('reveals secrets when somebody says so', async () => {
    put()
    const { user } = await one(ExecutorPage)
    await user.click(await screen.findByRole('button', { name: 'Reveal secrets…' }))
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Reveal' }))
    expect(await screen.findByText('hush')).toBeDefined()
    await user.click(screen.getByRole('button', { name: 'Hide secrets' }))
    expect(screen.queryByText('hush')).toBeNull()
  })

  test('is run with what is said, and says why not while a run waits', async () => {
    put({ shown: executor({ status: 'succeeded' }) })
    const { user } = await one(ExecutorFrame)
    await user.click(await screen.findByRole('button', { name: 'Run now…' }))
    const dialog = within(await screen.findByRole('dialog'))
    await user.click(dialog.getByLabelText(/^Plan only/))
    await user.type(dialog.getByLabelText(/^Another branch/), 'fix')
    await user.type(dialog.getByLabelText(/^Message/), 'Try it')
    expect(dialog.getByText(/slipway executor run backup/).textContent?.replaceAll(/ \\\n\s+/g, ' ')).toContain("--operation plan --branch fix --message 'Try it' --wait")
    await user.click(dialog.getByRole('button', { name: 'Run it' }))
    await waitFor(() => expect(sent[0]).toEqual(['POST /executors/exec-1/actions/run', { operation: 'plan', branch: 'fix', message: 'Try it', 'auto-apply': false }]))
    put()
    await one(ExecutorFrame)
    const waiting = await screen.findAllByRole('button', { name: 'Run now…' })
    expect(waiting.at(-1)?.getAttribute('aria-disabled')).toBe('true')
  })

  test('is destroyed after its name was typed, and deleted with a reason', async () => {
    put({ shown: executor({ status: 'succeeded' }) })
    const { user } = await one(ExecutorFrame)
    await user.click(await screen.findByRole('button', { name: 'More actions' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Destroy everything…' }))
    let dialog = within(await screen.findByRole('dialog'))
    await user.type(dialog.getByLabelText(/to confirm/), 'backup')
    await user.click(dialog.getByRole('button', { name: 'Plan its destruction' }))
    await waitFor(() => expect(sent[0]).toEqual(['POST /executors/exec-1/actions/run', { operation: 'destroy', 'auto-apply': false }]))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    await user.click(screen.getByRole('button', { name: 'More actions' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Delete…' }))
    dialog = within(await screen.findByRole('dialog'))
    await user.type(dialog.getByLabelText(/to confirm/), 'backup')
    await user.type(dialog.getByLabelText(/^Reason/), 'closed')
    await user.click(dialog.getByRole('button', { name: 'Delete executor' }))
    await waitFor(() => expect(sent[1]?.[0]).toBe('DELETE /executors/exec-1?reason=closed'))
  })

  test('has its runs', async () => {
    put()
    const { container } = await one(RunsPage, '/runs')
    expect((await screen.findByRole('link', { name: 'Before the move' })).getAttribute('href')).toBe('/app/acme/runs/run-1')
    await expectAccessible(container)
  })
})

describe('the form', () => {
  test('of a new one is made of the module’s variables, and sends them', { timeout: 60_000 }, async () => {
    put()
    const { user, container } = await open(NewExecutor, 'executors/new', 'executors/new?sourceCode=modules&ref=v1.0.0&directory=jobs%2Fbackup')
    await user.type(await screen.findByLabelText('Name'), 'nightly')
    await user.type(await screen.findByLabelText('region'), 'eu')
    const password = screen.getByLabelText('password')
    expect(password.getAttribute('type')).toBe('password')
    await user.type(password, 'hush')
    await user.click(screen.getByText(/more variables/))
    expect(screen.getByLabelText(/^size/).getAttribute('placeholder')).toBe('3')
    await user.type(screen.getByLabelText(/^size/), '5')
    await user.click(screen.getByRole('button', { name: 'Add an environment variable' }))
    await user.type(screen.getByLabelText('Key 1'), 'TOKEN')
    await user.type(screen.getByLabelText('Value 1'), 'x')
    await user.click(screen.getByLabelText('Secret'))
    await expectAccessible(container)
    expect(screen.getByText(/slipway executor create nightly/).textContent).not.toContain('hush')
    await user.click(screen.getByRole('button', { name: 'Create executor' }))
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]?.[1]).toMatchObject({
      name: 'nightly',
      'source-code': 'modules',
      tag: 'v1.0.0',
      directory: 'jobs/backup',
      variables: [
        { key: 'region', value: 'eu', hcl: false, sensitive: false, category: 'terraform' },
        { key: 'password', value: 'hush', hcl: false, sensitive: true },
        { key: 'size', value: '5', hcl: true, sensitive: false },
        { key: 'TOKEN', value: 'x', category: 'env', sensitive: true },
      ],
    })
  })

  test('says what is missing before it is sent, and what the server says at the value that it means', async () => {
    put()
    const { user } = await open(NewExecutor, 'executors/new')
    await user.click(await screen.findByRole('button', { name: 'Create executor' }))
    expect(await screen.findByText('Choose a source code.')).toBeDefined()
    expect(sent).toEqual([])
  })

  test('of one that is there keeps its secrets, and sends what differs with the version that was read', { timeout: 60_000 }, async () => {
    put({ shown: executor({ status: 'succeeded' }) })
    let match: string | null = null
    server.use(
      http.patch(`${API}/executors/exec-1`, async ({ request }) => {
        match = request.headers.get('if-match')
        sent.push(['PATCH', ((await request.json()) as { data: { attributes: unknown } }).data.attributes])
        return HttpResponse.json({ data: executor() })
      }),
    )
    const { user, container } = await one(EditExecutor, '/edit')
    expect((await screen.findByRole('button', { name: 'Save' })).getAttribute('aria-disabled')).toBe('true')
    expect((await screen.findByLabelText(/^rules/)).textContent).toBe('[for n in ["a"] : n]')
    expect((await screen.findByLabelText(/^password/)).getAttribute('placeholder')).toBe('keeps the one that it has')
    await expectAccessible(container)
    await user.clear(screen.getByLabelText('region'))
    await user.type(screen.getByLabelText('region'), 'us')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(match).toBe('"5"')
    expect(sent[0]?.[1]).toEqual({
      variables: [
        { key: 'names', category: 'terraform', value: '["a","b"]', hcl: true, sensitive: false },
        { key: 'region', category: 'terraform', value: 'us', hcl: false, sensitive: false },
        { key: 'rules', category: 'terraform', value: '[for n in ["a"] : n]', hcl: true, sensitive: false },
        { key: 'password', category: 'terraform', sensitive: true },
        { key: 'AWS_REGION', category: 'env', value: 'eu-west-1', sensitive: false },
      ],
    })
  })
})

describe('values', () => {
  const before = valuesOf(executor())

  test('stay what they are through the form', () => {
    expect(before.given).toEqual({ region: 'eu', names: ['a', 'b'] })
    expect(before.expressions).toEqual({ rules: '[for n in ["a"] : n]' })
    expect(changesOf(before, before)).toEqual({})
    expect(changesOf(before, { ...before, ref: 'v2', kind: 'tag' })).toEqual({ tag: 'v2' })
    expect(newOf({ ...BLANK, name: ' x ', 'source-code': 'm', ref: 'v1', given: { on: true } })).toMatchObject({ name: 'x', tag: 'v1', variables: [{ value: 'true', hcl: true }] })
  })

  test('are no templates of HCL by accident', () => {
    const text = expressionOf(['${a}', '%{ if b }'])
    expect(text).toBe('["$${a}","%%{ if b }"]')
    const again = valuesOf(executor({ variables: [{ key: 'x', value: text, category: 'terraform', hcl: true, sensitive: false, description: '' }] }))
    expect(again.given['x']).toEqual(['${a}', '%{ if b }'])
  })

  test('that go are unset by the command, secrets are not written out', () => {
    const { region: _, ...given } = before.given
    const text = commandOf(before, { ...before, given: { ...given, password: 'new' } }, new Map())
    expect(text.replaceAll(/ \\\n\s+/g, ' ')).toBe('slipway executor update backup --secret password --unset region')
    expect(settingsOf({ ...before, given: { password: 'new' } }).find(({ key }) => key === 'password')).toMatchObject({ value: 'new', sensitive: true })
  })
})

test('types are read as they are written', () => {
  const kindOf = (type: string) => shapeOf(type).kind
  expect(['string', 'number', 'bool', 'list(string)', 'set(number)', 'map(bool)', 'any', 'tuple([string])', 'list(list(string))', 'list(object({ a = string }))'].map(kindOf)).toEqual([
    'text', 'number', 'flag', 'list', 'list', 'map', 'any', 'any', 'any', 'objects',
  ])
  const shape = shapeOf('object({ name = string, size = optional(number, 3), tags = optional(map(string), {}), "of" = object({ a = string, b = bool }) })')
  expect(shape.fields.map(({ name, isRequired, shape: { kind } }) => [name, isRequired, kind])).toEqual([
    ['name', true, 'text'],
    ['size', false, 'number'],
    ['tags', false, 'map'],
    ['of', true, 'object'],
  ])
})
