import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { type ComponentType, Suspense } from 'react'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import NewWorkflow from './create/page'
import Workflows from './list/page'
import { graphOf } from './one/model'
import WorkflowPage from './one/page'
import type { Step, Workflow } from './queries'
import UpgradePage from './upgrade/page'
import { createCommand, HOW, problemsOf, tallyWords } from './words'

const T0 = '2026-11-20T10:00:00.000Z'

const step = (name: string, changes: Partial<Step> = {}): Step => ({ 'resource-id': `res-${name}`, name, status: 'pending', after: [], ...changes })

function workflow(changes: Partial<Workflow['attributes']> = {}): Workflow {
  return {
    id: 'wf-1',
    type: 'workflows',
    attributes: {
      kind: 'upgrade',
      title: 'Take 2 resources of Network to v2.0.0',
      reason: 'A hole in v1',
      status: 'planned',
      parallel: 5,
      'stop-after': 1,
      'auto-apply': false,
      'requested-by': 'lin',
      steps: [step('net'), step('cluster', { after: ['res-net'] })],
      'created-at': T0,
      ...changes,
    },
    relationships: { project: { data: { id: 'prj-1', type: 'projects' } } },
  }
}

function resource(name: string, changes: object = {}) {
  const attributes = { name, template: 'network', state: 'provisioned', stale: [], labels: [], 'source-code-version': 'scv-1', 'version-name': 'v1.0.0 (modules/network)', ...changes }
  return { id: `res-${name}`, type: 'resources', attributes, relationships: { project: { data: { id: 'prj-1', type: 'projects' } } } }
}

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const sent: (readonly [string, unknown])[] = []

function put(shown: Workflow, lacks: readonly string[] = []) {
  sent.length = 0
  const said = async ({ request }: { request: Request }) => {
    const text = await request.text()
    sent.push([`${request.method} ${new URL(request.url).pathname.replace('/api/v2', '')}`, text === '' ? null : (JSON.parse(text) as { data: { attributes: unknown } }).data.attributes])
    return request.method === 'DELETE' ? new HttpResponse(null, { status: 204 }) : HttpResponse.json({ data: shown })
  }
  server.use(
    http.get(`${ACME}/access-explanations`, ({ request }) => {
      const permission = new URL(request.url).searchParams.get('permission') ?? 'resource.read'
      return HttpResponse.json(listOf([{ id: permission, type: 'access-explanations', attributes: { permission, 'is-allowed': !lacks.includes(permission) } }]))
    }),
    http.get(`${API}/account/session`, () => HttpResponse.json({ data: { id: 's', type: 'sessions', attributes: { 'csrf-token': 't' } } })),
    http.get(`${ACME}/projects`, () => HttpResponse.json(listOf([{ id: 'prj-1', type: 'projects', attributes: { name: 'shop' } }]))),
    http.get(`${API}/workflows/wf-1`, () => HttpResponse.json({ data: shown })),
    http.post(`${API}/workflows/wf-1/actions/:action`, said),
    http.delete(`${API}/workflows/wf-1`, said),
    http.post(`${ACME}/workflows`, said),
  )
}

const open = (Page: ComponentType, path: string, at = path) =>
  show(
    <Suspense>
      <Page />
    </Suspense>,
    { path: `/app/$organization/${path}`, at: `/app/acme/${at}` },
  )

describe('the list', () => {
  const list = async (rows: readonly Workflow[], search = '') => {
    const asked: Record<string, string>[] = []
    put(workflow())
    server.use(
      http.get(`${ACME}/workflows`, ({ request }) => {
        asked.push(Object.fromEntries(new URL(request.url).searchParams))
        return HttpResponse.json(listOf(rows))
      }),
    )
    return { ...(await open(Workflows, 'workflows', `workflows${search}`)), asked }
  }

  test('without any it says what they are, with the button and the command', async () => {
    const { container } = await list([])
    expect(await screen.findByText('Nothing was done to many resources yet')).toBeDefined()
    expect(screen.getByRole('link', { name: 'Bring resources up to date' }).getAttribute('href')).toBe('/app/acme/workflows/new?kind=refresh')
    expect(screen.getByText(/slipway workflow refresh/)).toBeDefined()
    await expectAccessible(container)
  })

  test('says how far each is, and is asked by filter', async () => {
    const running = workflow({ status: 'running', steps: [step('net', { status: 'done' }), step('cluster', { status: 'waiting' })] })
    const { container, asked } = await list([running], '?status=running,failed&kind=upgrade&project=prj-1')
    const table = within(await screen.findByRole('table', { name: 'Workflows' }))
    expect(await table.findByText('1 of 2')).toBeDefined()
    expect(table.getByText('Running')).toBeDefined()
    expect(asked[0]).toEqual({ 'filter[status]': 'running,failed', 'filter[kind]': 'upgrade', 'filter[project]': 'prj-1', 'page[size]': '50' })
    await expectAccessible(container)
  })
})

describe('one workflow', () => {
  const page = (search = '') => open(WorkflowPage, 'workflows/$workflow', `workflows/wf-1${search}`)

  test('that is planned shows its steps as a graph, and is started', async () => {
    put(workflow())
    const { user, container } = await page()
    expect(await screen.findByText('Nothing was started yet')).toBeDefined()
    const graph = within(screen.getByRole('group', { name: 'Steps, in their order' }))
    expect(graph.getByRole('link', { name: /cluster/ }).getAttribute('href')).toBe('/app/acme/resources/res-cluster')
    expect(screen.getByText(/slipway workflow start wf-1 --wait/)).toBeDefined()
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'Start' }))
    await waitFor(() => expect(sent[0]?.[0]).toBe('POST /workflows/wf-1/actions/start'))
  })

  test('that destroys without looking wants that typed', async () => {
    put(workflow({ kind: 'destroy', 'auto-apply': true }))
    const { user } = await page()
    await user.click(await screen.findByRole('button', { name: 'Start…' }))
    const dialog = within(await screen.findByRole('dialog'))
    const go = dialog.getByRole('button', { name: 'Start' })
    expect(go.getAttribute('aria-disabled')).toBe('true')
    await user.type(dialog.getByRole('textbox'), 'destroy 2')
    await user.click(go)
    await waitFor(() => expect(sent[0]?.[0]).toBe('POST /workflows/wf-1/actions/start'))
  })

  test('that runs leads to the changes of its steps, and is stopped', async () => {
    const ended = new Date(Date.parse(T0) + 192_000).toISOString()
    const steps = [
      step('account', { status: 'done', 'change-id': 'chg-0', 'started-at': T0, 'ended-at': ended }),
      step('net', { status: 'waiting', 'change-id': 'chg-1', 'started-at': ended }),
      step('cluster', { after: ['res-net'] }),
    ]
    put(workflow({ status: 'running', 'started-at': T0, steps }))
    const { user, container } = await page('?view=list')
    const table = within(await screen.findByRole('table', { name: 'Steps' }))
    expect(await table.findByText('3 min 12 s')).toBeDefined()
    expect(table.getByRole('link', { name: 'Look and decide' }).getAttribute('href')).toBe('/app/acme/resources/res-net/changes?change=chg-1')
    expect(table.getByText('after net')).toBeDefined()
    expect(screen.getByText('A plan waits for a yes')).toBeDefined()
    expect(screen.getByText('1 waits for a yes, 1 not begun')).toBeDefined()
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'Stop…' }))
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Stop it' }))
    await waitFor(() => expect(sent[0]?.[0]).toBe('POST /workflows/wf-1/actions/cancel'))
  })

  test('that failed says why, and is tried again', async () => {
    const steps = [step('net', { status: 'failed', detail: 'The value "size" is missing.' }), step('cluster', { status: 'skipped', after: ['res-net'], detail: 'It waits for net, which was not done.' })]
    put(workflow({ status: 'failed', 'started-at': T0, 'ended-at': T0, steps }))
    const { user, container } = await page('?step=failed')
    expect(await screen.findByText('A step failed')).toBeDefined()
    expect(screen.getByText(/It stops after the first failed step: 1 other step was left out/)).toBeDefined()
    expect(screen.getByText('The value "size" is missing.')).toBeDefined()
    expect(screen.queryByText('cluster')).toBeNull()
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'Try again what is left' }))
    await waitFor(() => expect(sent[0]?.[0]).toBe('POST /workflows/wf-1/actions/retry'))
  })

  test('says why it cannot be started or deleted', async () => {
    put(workflow({ status: 'running' }), ['resource.update'])
    const { user } = await page()
    expect((await screen.findByRole('button', { name: 'Stop…' })).getAttribute('aria-disabled')).toBe('true')
    await user.click(screen.getByRole('button', { name: 'More actions' }))
    expect((await screen.findAllByText(/This needs resource.update in its project/)).length).toBeGreaterThan(0)
  })
})

describe('a new one', () => {
  test('brings all that is stale up to date, without naming them', async () => {
    put(workflow())
    server.use(http.get(`${ACME}/resources`, () => HttpResponse.json(listOf([resource('net', { stale: [{}] }), resource('cluster', { stale: [{}] })]))))
    const { user, container, router } = await open(NewWorkflow, 'workflows/new', 'workflows/new?kind=refresh')
    expect(await screen.findByText('2 of 2')).toBeDefined()
    await expectAccessible(container)
    await user.type(screen.getByLabelText(/^Reason/), 'Zones moved')
    await user.click(screen.getByRole('button', { name: 'Plan the steps' }))
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]).toEqual(['POST /organizations/acme/workflows', { kind: 'refresh', resources: [], parallel: 5, 'stop-after': 1, reason: 'Zones moved', 'auto-apply': false }])
    await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/workflows/wf-1'))
  })

  test('leaves out what is not selected', async () => {
    put(workflow())
    server.use(http.get(`${ACME}/resources`, () => HttpResponse.json(listOf([resource('net'), resource('cluster')]))))
    const { user } = await open(NewWorkflow, 'workflows/new', 'workflows/new')
    await user.click(await screen.findByLabelText('Select net'))
    expect(screen.getByText('slipway workflow refresh res-cluster')).toBeDefined()
  })

  test('with everything up to date says so', async () => {
    put(workflow())
    server.use(http.get(`${ACME}/resources`, () => HttpResponse.json(listOf([]))))
    await open(NewWorkflow, 'workflows/new', 'workflows/new')
    expect(await screen.findByText('Every resource is up to date')).toBeDefined()
  })

  test('that destroys shows what goes, what nothing stands on first', async () => {
    put(workflow({ kind: 'destroy' }))
    const node = (name: string, distance: number) => ({ id: `res-${name}`, name, project: 'prj-1', template: 'tpl', 'template-key': name, state: 'provisioned', 'is-stale': false, change: null, distance })
    const tree = { direction: 'children', nodes: [node('net', 0), node('cluster', 1)], edges: [{ child: 'res-cluster', parent: 'res-net' }], 'is-cut': false }
    server.use(http.get(`${API}/resources/res-net/tree`, () => HttpResponse.json({ data: { id: 'res-net', type: 'resource-trees', attributes: tree } })))
    const { user, container } = await open(NewWorkflow, 'workflows/new', 'workflows/new?kind=destroy&resources=res-net')
    expect(await screen.findByRole('heading', { name: /Destroy net and what stands on it/ })).toBeDefined()
    const rows = within(screen.getByRole('table', { name: 'What goes' })).getAllByRole('link')
    expect(rows.map((row) => row.textContent)).toEqual(['cluster', 'net'])
    await expectAccessible(container)
    const parallel = screen.getByLabelText('Steps at once')
    await user.clear(parallel)
    await user.type(parallel, '99')
    await user.click(screen.getByRole('button', { name: 'Plan the steps' }))
    expect(await screen.findByText('Give a number from 1 to 50.')).toBeDefined()
    await user.clear(parallel)
    await user.type(parallel, '2')
    await user.click(screen.getByRole('button', { name: 'Plan the steps' }))
    await waitFor(() => expect(sent[0]?.[1]).toMatchObject({ kind: 'destroy', resources: ['res-net'], parallel: 2 }))
  })
})

describe('upgrading', () => {
  const version = (id: string, ref: string, changes: object = {}) => ({
    id,
    type: 'source-code-versions',
    attributes: { template: 'network', ref, directory: 'modules/network', status: 'ready', lifecycle: 'active', 'is-recommended': false, notes: [], 'breaking-changes': null, ...changes },
  })
  const upgrade = (changes: object = {}) => ({
    id: 'tpl-1',
    type: 'template-upgrades',
    attributes: {
      template: 'network',
      name: 'Network',
      recommended: 'scv-2',
      'resource-count': 3,
      'recommended-count': 1,
      versions: [
        { id: 'scv-1', name: 'v1.0.0 (modules/network)', lifecycle: 'deprecated', 'resource-count': 2 },
        { id: 'scv-2', name: 'v2.0.0 (modules/network)', lifecycle: 'active', 'resource-count': 1 },
      ],
      ...changes,
    },
  })
  const page = (upgrades: readonly object[], search = '') => {
    put(workflow())
    server.use(
      http.get(`${API}/templates/tpl-1`, () => HttpResponse.json({ data: { id: 'tpl-1', type: 'templates', attributes: { key: 'network', name: 'Network' } } })),
      http.get(`${ACME}/template-upgrades`, () => HttpResponse.json(listOf(upgrades))),
      http.get(`${ACME}/source-code-versions`, () =>
        HttpResponse.json(listOf([version('scv-2', 'v2.0.0', { 'is-recommended': true, 'breaking-changes': 'The output **id** is gone.' }), version('scv-1', 'v1.0.0'), version('scv-0', 'v0', { lifecycle: 'archived' })])),
      ),
      http.get(`${ACME}/resources`, () => HttpResponse.json(listOf([resource('net'), resource('back'), resource('new', { 'source-code-version': 'scv-2' })]))),
    )
    return open(UpgradePage, 'templates/$template/upgrade', `templates/tpl-1/upgrade${search}`)
  }

  test('says which versions are in use, what breaks, and takes all to the recommended one', async () => {
    const { user, container } = await page([upgrade()])
    expect(await screen.findByText('1 of 3 resources has the recommended version.')).toBeDefined()
    expect(await screen.findByText('v2.0.0 breaks something')).toBeDefined()
    expect(screen.queryByLabelText('Select new')).toBeNull()
    await expectAccessible(container)
    const stop = screen.getByLabelText('Stop after failed steps')
    await user.clear(stop)
    await user.type(stop, '2')
    expect(screen.getByText('slipway workflow upgrade scv-2 --stop-after 2')).toBeDefined()
    await user.click(screen.getByRole('button', { name: 'Plan the upgrade of 2 resources' }))
    await waitFor(() => expect(sent[0]?.[1]).toEqual({ kind: 'upgrade', resources: [], 'source-code-version': 'scv-2', parallel: 5, 'stop-after': 2, reason: '', 'auto-apply': false }))
  })

  test('takes those that were selected before', async () => {
    await page([upgrade()], '?resources=res-back')
    expect(await screen.findByText('slipway workflow upgrade scv-2 res-back')).toBeDefined()
    expect(screen.getByRole('button', { name: 'Plan the upgrade of 1 resource' })).toBeDefined()
  })

  test('without a resource it says so', async () => {
    const { container } = await page([])
    expect(await screen.findByText('No resource of Network is there')).toBeDefined()
    await expectAccessible(container)
  })
})

describe('words', () => {
  test('of steps leave out what is none', () => {
    expect(tallyWords([step('a', { status: 'done' }), step('b', { status: 'failed' }), step('c', { status: 'waiting' }), step('d', { status: 'waiting' })])).toBe('2 wait for a yes, 1 failed')
  })

  test('of the graph leave out what is no step', () => {
    const { nodes, lines } = graphOf('acme', [step('net', { status: 'running', 'change-id': 'chg-1' }), step('cluster', { after: ['res-net', 'res-elsewhere'] })])
    expect(lines).toEqual([{ from: 'res-net', to: 'res-cluster', isDashed: true }])
    expect(nodes[0]).toMatchObject({ detail: 'Running', to: '/app/acme/resources/res-net/changes' })
    expect(nodes[1]?.says).toBe('Not begun. After net.')
  })

  test('as a command stay short', () => {
    expect(createCommand('destroy', ['a', 'b', 'c', 'd'], '', { ...HOW, auto: true })).toBe('slipway workflow destroy a b c … --auto-apply')
    expect(problemsOf({ ...HOW, 'stop-after': '0', parallel: 'x' })).toEqual({ parallel: 'Give a number from 1 to 50.', 'stop-after': 'Give a number from 1 on.' })
  })
})
