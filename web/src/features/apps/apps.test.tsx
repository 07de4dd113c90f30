import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { type ComponentType, Suspense } from 'react'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import DeployPage from './deploys/one-page'
import Deploys from './deploys/page'
import Env from './env/page'
import NewApp from './form/new-page'
import Apps from './list/page'
import Logs from './logs/page'
import AppFrame from './one/frame'
import AppPage from './one/page'
import type { App, Deploy, Unit, Variable, Version } from './queries'
import Settings from './settings/page'
import Versions from './versions/page'

const T0 = '2026-11-20T10:00:00.000Z'
const DIGEST = `@sha256:${'ab'.repeat(32)}`
const EVERYTHING = { 'can-update': true, 'can-deploy': true, 'can-scale': true, 'can-read-env': true, 'can-update-env': true, 'can-read-logs': true, 'can-run': true, 'can-shell': true, 'can-delete': true }
const NOTHING = { 'can-update': false, 'can-deploy': false, 'can-scale': false, 'can-read-env': false, 'can-update-env': false, 'can-read-logs': false, 'can-run': false, 'can-shell': false, 'can-delete': false }

function app(changes: Partial<App['attributes']> = {}): App {
  return {
    id: 'app-1',
    type: 'apps',
    attributes: {
      name: 'shop',
      description: 'What people buy in',
      labels: ['team=shop'],
      pool: { id: 'pool-1', name: 'main' },
      plan: { id: 'plan-1', name: 'small' },
      status: 'degraded',
      reason: 'One of 3 units of web is not ready.',
      urls: ['https://shop.apps.example.com'],
      processes: [
        { name: 'web', command: 'node server.js', units: 3, ready: 2 },
        { name: 'worker', command: '', units: 1, ready: 1 },
      ],
      'live-version': 7,
      'is-stopped': false,
      'active-deploy': null,
      permissions: EVERYTHING,
      'created-at': T0,
      'updated-at': T0,
      ...changes,
    },
    relationships: { project: { data: { id: 'prj-1', type: 'projects' } } },
  }
}

function deploy(changes: Partial<Deploy['attributes']> = {}): Deploy {
  return {
    id: 'deploy-1',
    type: 'deploys',
    attributes: {
      number: 12,
      kind: 'image',
      status: 'running',
      step: 'health',
      reason: '',
      origin: `docker.io/acme/shop:2${DIGEST}`,
      message: 'The new checkout',
      'app-version': 8,
      'previous-version': 7,
      'started-by': 'ada',
      'is-cancel-requested': false,
      'log-read-url': '/api/v2/deploys/deploy-1/log',
      'created-at': T0,
      'ended-at': null,
      ...changes,
    },
  }
}

const UNITS: readonly Unit['attributes'][] = [
  { name: 'web-12-0', process: 'web', 'app-version': 7, deploy: 12, status: 'ready', reason: '', address: '10.1.0.2:8000', restarts: 0, 'started-at': T0 },
  { name: 'web-12-1', process: 'web', 'app-version': 7, deploy: 12, status: 'crashing', reason: 'It ended with 1.', address: null, restarts: 4, 'started-at': null },
]

const VERSIONS: readonly Version['attributes'][] = [7, 6].map((number) => ({
  number,
  image: `docker.io/acme/shop${DIGEST}`,
  processes: [{ name: 'web', command: '', units: 0, ready: 0 }],
  env: 3,
  origin: `docker.io/acme/shop:${number}`,
  'is-live': number === 7,
  'created-by': 'ada',
  'created-at': T0,
}))

const VARIABLES: readonly Variable[] = [
  { name: 'LOG_LEVEL', process: '', value: 'debug', 'alias-of': null, 'is-private': false, 'managed-by': '' },
  { name: 'API_KEY', process: '', value: null, 'alias-of': null, 'is-private': true, 'managed-by': '' },
  { name: 'DATABASE_URL', process: '', value: null, 'alias-of': 'ORDERS_DB_URL', 'is-private': false, 'managed-by': '' },
  { name: 'QUEUE', process: 'worker', value: 'slow', 'alias-of': null, 'is-private': false, 'managed-by': 'ci' },
]

const one = (id: string, type: string, attributes: object) => ({ id, type, attributes })

const server = setupServer()
/** What was asked for to be done, with what was sent. */
let sent: [string, unknown][] = []

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => {
  server.resetHandlers()
  sent = []
})
afterAll(() => server.close())

const attributesOf = async (request: Request) => {
  const text = await request.text()
  return text === '' ? null : (JSON.parse(text) as { data: { attributes: unknown } }).data.attributes
}

interface Stage {
  readonly shown?: App
  readonly deploys?: readonly Deploy[]
  readonly variables?: readonly Variable[]
}

/** The server as these pages see it. */
function put({ shown = app(), deploys = [deploy()], variables = VARIABLES }: Stage = {}) {
  const saying =
    (answer: object, status = 200) =>
    async ({ request }: { request: Request }) => {
      sent.push([`${request.method} ${new URL(request.url).pathname.replace('/api/v2', '')}`, await attributesOf(request)])
      return HttpResponse.json({ data: answer }, { status })
    }
  server.use(
    http.get(`${API}/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
    http.get(`${API}/account/preferences`, () => HttpResponse.json({ data: one('p', 'preferences', { values: {} }) })),
    http.get(`${ACME}/access-explanations`, () => HttpResponse.json(listOf([one('a', 'access-explanations', { permission: 'app.read', 'is-allowed': true })]))),
    http.get(`${ACME}/projects`, () => HttpResponse.json(listOf([one('prj-1', 'projects', { name: 'payments', 'is-default': true })]))),
    http.get(`${ACME}/pools`, () => HttpResponse.json(listOf([one('pool-1', 'pools', { name: 'main', cluster: 'local', 'is-default': true })]))),
    http.get(`${ACME}/app-plans`, () =>
      HttpResponse.json(
        listOf([
          one('plan-1', 'app-plans', { name: 'small', memory: 536_870_912, processor: 500, burst: 100, 'is-default': true }),
          one('plan-2', 'app-plans', { name: 'large', memory: 4_294_967_296, processor: 2_000, burst: 100, 'is-default': false }),
        ]),
      ),
    ),
    http.get(`${ACME}/apps/shop`, () => HttpResponse.json({ data: shown }, { headers: { etag: '"5"' } })),
    http.get(`${API}/apps/app-1/units`, () => HttpResponse.json(listOf(UNITS.map((unit) => one(unit.name, 'app-units', unit))))),
    http.get(`${API}/apps/app-1/deploys`, () => HttpResponse.json(listOf(deploys))),
    http.get(`${API}/apps/app-1/versions`, () => HttpResponse.json(listOf(VERSIONS.map((version) => one(`version-${version.number}`, 'app-versions', version))))),
    http.get(`${API}/apps/app-1/env`, () => HttpResponse.json({ data: one('app-1', 'app-envs', { number: 3, variables }) })),
    http.get(`${API}/deploys/deploy-1`, () => HttpResponse.json({ data: deploys[0] })),
    http.post(`${ACME}/apps`, saying(shown, 201)),
    http.delete(`${API}/apps/app-1`, ({ request }) => {
      sent.push([`DELETE ${new URL(request.url).pathname.replace('/api/v2', '')}`, null])
      return new HttpResponse(null, { status: 202 })
    }),
    http.patch(`${API}/apps/app-1/env`, saying(one('app-1', 'app-envs', { number: 4, variables }))),
    http.post(`${API}/apps/app-1/deploys`, saying(deploy(), 201)),
    http.post(`${API}/apps/app-1/actions/rollback`, saying(deploy(), 201)),
    http.post(`${API}/apps/app-1/actions/restart`, saying(deploy(), 201)),
    http.post(`${API}/apps/app-1/actions/:action`, saying(shown)),
    http.post(`${API}/deploys/deploy-1/actions/cancel`, saying(deploy({ 'is-cancel-requested': true }))),
  )
}

const open = (Page: ComponentType, path: string, at = path) =>
  show(
    <Suspense>
      <Page />
    </Suspense>,
    { path: `/app/$organization/${path}`, at: `/app/acme/${at}` },
  )

const ofShop = (Page: ComponentType, tab = '', search = '') => open(Page, `apps/$app${tab}`, `apps/shop${tab.replace('$deploy', 'deploy-1')}${search}`)

const isOff = (element: HTMLElement) => element.getAttribute('aria-disabled') === 'true'
const said = (element: HTMLElement) => element.textContent?.replaceAll(/ \\\n\s+/g, ' ')

describe('the list', () => {
  const list = async (rows: readonly App[], search = '') => {
    const asked: Record<string, string>[] = []
    put()
    server.use(
      http.get(`${ACME}/apps`, ({ request }) => {
        asked.push(Object.fromEntries(new URL(request.url).searchParams))
        return HttpResponse.json(listOf(rows))
      }),
    )
    return { ...(await open(Apps, 'apps', `apps${search}`)), asked }
  }

  test('without any it says how to begin', async () => {
    const { container } = await list([])
    expect(await screen.findByText('No app runs here yet')).toBeDefined()
    expect(screen.getByRole('link', { name: 'New app' }).getAttribute('href')).toBe('/app/acme/new-app')
    const { textContent } = screen.getByText(/slipway app create web/)
    expect(textContent).toContain('slipway app deploy --app web')
    await expectAccessible(container)
  })

  test('says how each is and why, and where it answers; it is asked by filter', async () => {
    const { container, asked } = await list([app()], '?status=degraded&project=prj-1&pool=pool-1&label=team%3Dshop')
    const table = within(await screen.findByRole('table', { name: 'Apps' }))
    expect((await table.findByRole('link', { name: 'shop' })).getAttribute('href')).toBe('/app/acme/apps/shop')
    expect(table.getByText('Degraded')).toBeDefined()
    expect(table.getByText('One of 3 units of web is not ready.')).toBeDefined()
    expect(table.getByText('3 of 4 ready')).toBeDefined()
    expect(table.getByText('v7')).toBeDefined()
    expect(table.getByRole('link', { name: /shop.apps.example.com/ }).getAttribute('href')).toBe('https://shop.apps.example.com')
    expect(asked[0]).toEqual({ 'filter[status]': 'degraded', 'filter[project][id]': 'prj-1', 'filter[pool][id]': 'pool-1', 'filter[label]': 'team=shop', 'page[size]': '50' })
    await expectAccessible(container)
  })
})

describe('the form', () => {
  test('of a new one sends what was chosen, and is the command beside it', async () => {
    put()
    const { user, container, router } = await open(NewApp, 'new-app')
    await user.type(await screen.findByLabelText('Name'), 'shop')
    await user.type(screen.getByLabelText(/^Description/), 'The shop')
    await user.click(await screen.findByLabelText(/^Plan/))
    await user.click(await screen.findByRole('option', { name: /large/, hidden: true }))
    expect(said(screen.getByText(/slipway app create shop/))).toContain("--plan large --description 'The shop'")
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'Create app' }))
    await waitFor(() => expect(sent).toEqual([['POST /organizations/acme/apps', { name: 'shop', description: 'The shop', labels: [], plan: 'large' }]]))
    await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/apps/shop'))
  })

  test('says what the server refuses at its field', async () => {
    put()
    server.use(
      http.post(`${ACME}/apps`, () =>
        HttpResponse.json({ errors: [{ status: '422', code: 'invalid', title: 'Invalid', detail: 'A name begins with a letter.', source: { pointer: '/data/attributes/name' } }] }, { status: 422 }),
      ),
    )
    const { user } = await open(NewApp, 'new-app')
    await user.click(await screen.findByRole('button', { name: 'Create app' }))
    expect(await screen.findByText('Give it a name.')).toBeDefined()
    await user.type(screen.getByLabelText('Name'), '1shop')
    await user.click(screen.getByRole('button', { name: 'Create app' }))
    await waitFor(() => expect(screen.getByLabelText('Name').getAttribute('aria-invalid')).toBe('true'))
    expect(screen.getAllByText('A name begins with a letter.').length).toBeGreaterThan(0)
  })
})

describe('one app', () => {
  test('shows its processes, its units and the deploy that goes on', async () => {
    put({ shown: app({ 'active-deploy': 'deploy-1' }) })
    const { user, container } = await ofShop(AppPage)
    expect(await screen.findByRole('progressbar', { name: 'Steps that are done' })).toBeDefined()
    expect(screen.getByRole('link', { name: 'Follow its log' }).getAttribute('href')).toBe('/app/acme/apps/shop/deploys/deploy-1')
    const units = within(await screen.findByRole('table', { name: 'Units' }))
    expect(await units.findByText('web-12-0')).toBeDefined()
    expect(units.getByText('Crashing')).toBeDefined()
    expect(units.getByText('It ended with 1.')).toBeDefined()
    const processes = within(screen.getByRole('table', { name: 'Processes' }))
    expect(processes.getByText('2 of 3')).toBeDefined()
    expect(processes.getByText('as the image says')).toBeDefined()
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'Cancel the deploy' }))
    await waitFor(() => expect(sent).toEqual([['POST /deploys/deploy-1/actions/cancel', null]]))
  })

  test('is scaled by its processes', async () => {
    put({ deploys: [] })
    const { user } = await ofShop(AppPage)
    await user.click(await screen.findByRole('button', { name: 'One unit of web more' }))
    await user.click(screen.getByRole('button', { name: 'One unit of worker less' }))
    expect(said(screen.getByText(/slipway app scale/))).toContain('slipway app scale web=4 worker=0 --app shop')
    expect(isOff(screen.getByRole('button', { name: 'One unit of worker less' }))).toBe(true)
    await user.click(screen.getByRole('button', { name: 'Scale' }))
    await waitFor(() => expect(sent).toEqual([['POST /apps/app-1/actions/scale', { units: { web: 4, worker: 0 } }]]))
  })

  test('that was never deployed says how that is done', async () => {
    put({ shown: app({ status: 'new', reason: '', processes: [], urls: [], 'live-version': null }), deploys: [] })
    await ofShop(AppPage)
    expect(await screen.findByText('Nothing was deployed yet')).toBeDefined()
    expect(screen.getByText(/slipway app deploy --app shop/)).toBeDefined()
  })

  test('gets an image, and leads to the deploy', async () => {
    put()
    const { user, container, router } = await ofShop(AppFrame)
    expect(await screen.findByText('One of 3 units of web is not ready.')).toBeDefined()
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'Deploy an image…' }))
    const dialog = within(await screen.findByRole('dialog'))
    await user.type(dialog.getByLabelText('Image'), 'nginx:1.29')
    await user.type(dialog.getByLabelText(/^Message/), 'Try it')
    expect(said(dialog.getByText(/slipway app deploy/))).toContain("slipway app deploy --image nginx:1.29 --app shop -m 'Try it'")
    await user.click(dialog.getByRole('button', { name: 'Deploy it' }))
    await waitFor(() => expect(sent).toEqual([['POST /apps/app-1/deploys', { image: 'nginx:1.29', message: 'Try it' }]]))
    await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/apps/shop/deploys/deploy-1'))
  })

  test('is restarted, stopped, and deleted once its name was typed', async () => {
    put()
    const { user, unmount } = await ofShop(AppFrame)
    const choose = async (name: string) => {
      await user.click(await screen.findByRole('button', { name: 'More actions' }))
      await user.click(await screen.findByRole('menuitem', { name }))
    }
    await choose('Stop')
    await waitFor(() => expect(sent.at(-1)?.[0]).toBe('POST /apps/app-1/actions/stop'))
    await choose('Delete…')
    const dialog = within(await screen.findByRole('dialog'))
    expect(isOff(dialog.getByRole('button', { name: 'Delete app' }))).toBe(true)
    await user.type(dialog.getByLabelText(/to confirm/), 'shop')
    await user.click(dialog.getByRole('button', { name: 'Delete app' }))
    await waitFor(() => expect(sent.at(-1)?.[0]).toBe('DELETE /apps/app-1'))
    unmount()
    await ofShop(AppFrame)
    await choose('Restart…')
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Restart' }))
    await waitFor(() => expect(sent.at(-1)?.[0]).toBe('POST /apps/app-1/actions/restart'))
  })

  test('that somebody may only see has no button that does anything, and says why', async () => {
    put({ shown: app({ permissions: NOTHING }) })
    const { user, unmount } = await ofShop(AppFrame)
    expect(isOff(await screen.findByRole('button', { name: 'Deploy an image…' }))).toBe(true)
    await user.click(screen.getByRole('button', { name: 'More actions' }))
    for (const name of [/^Restart/, /^Roll back/, /^Stop/, /^Delete/]) expect(isOff(await screen.findByRole('menuitem', { name }))).toBe(true)
    unmount()
    const page = await ofShop(AppPage)
    expect(isOff(await screen.findByRole('button', { name: 'One unit of web more' }))).toBe(true)
    page.unmount()
    const env = await ofShop(Env, '/variables')
    expect(await screen.findByText(/app\.env\.read/)).toBeDefined()
    env.unmount()
    await ofShop(Logs, '/logs')
    expect(await screen.findByText(/app\.log\.read/)).toBeDefined()
  })

  test('waits while a deploy goes on', async () => {
    put({ shown: app({ 'active-deploy': 'deploy-1' }) })
    await ofShop(AppFrame)
    expect(isOff(await screen.findByRole('button', { name: 'Deploy an image…' }))).toBe(true)
  })
})

describe('deploys', () => {
  test('are listed with what they brought', async () => {
    put({ deploys: [deploy({ status: 'failed', reason: 'No.', 'ended-at': T0 })] })
    const { container } = await ofShop(Deploys, '/deploys')
    expect((await screen.findByRole('link', { name: 'The new checkout' })).getAttribute('href')).toBe('/app/acme/apps/shop/deploys/deploy-1')
    expect(screen.getByText('Failed')).toBeDefined()
    expect(screen.getByText('health')).toBeDefined()
    await expectAccessible(container)
  })

  test('show their steps and their log as it is written, which is searched here', async () => {
    put()
    const body = ['event: log\nid: 20\ndata: {"line": 1, "text": "==> Starting\\nhalf"}\n\n', 'event: log\nid: 30\ndata: {"line": 2, "text": " a line\\n"}\n\n', 'event: end\ndata: {}\n\n']
    server.use(
      http.get(`${API}/deploys/deploy-1/log/stream`, ({ request }) => {
        const query = new URL(request.url).searchParams
        expect([query.get('offset'), query.get('numbered')]).toEqual(['0', 'true'])
        return new HttpResponse(body.join(''), { headers: { 'content-type': 'text/event-stream' } })
      }),
    )
    const { user, container, router } = await ofShop(DeployPage, '/deploys/$deploy')
    expect(await screen.findByText('half a line')).toBeDefined()
    expect(screen.getByText('2 lines')).toBeDefined()
    const steps = within(screen.getByRole('list', { name: 'Steps' })).getAllByRole('listitem')
    expect(steps.map(({ textContent }) => textContent)).toEqual(['Build', 'Release', 'Start', 'HealthUntil every new unit is ready.', 'Route', 'Drain'])
    expect(steps.findIndex((step) => step.getAttribute('aria-current') === 'step')).toBe(3)
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'Search the log' }))
    await user.type(screen.getByLabelText('Find in the log'), 'LINE')
    expect(await screen.findByText('1 of 1')).toBeDefined()
    expect(router.state.location.search).toEqual({ find: 'LINE' })
  })

  test('that failed say why, and what still runs', async () => {
    put({ deploys: [deploy({ status: 'failed', reason: 'Unit `web-12-0` did not get ready within 60 s.', 'ended-at': T0 })] })
    server.use(http.get(`${API}/deploys/deploy-1/log/stream`, () => new HttpResponse('event: end\ndata: {}\n\n', { headers: { 'content-type': 'text/event-stream' } })))
    await ofShop(DeployPage, '/deploys/$deploy')
    expect(await screen.findByText('It failed at the step health')).toBeDefined()
    expect(screen.getByText(/v7 is still what runs/)).toBeDefined()
    expect(screen.queryByRole('button', { name: 'Cancel the deploy' })).toBeNull()
    expect(await screen.findByText('Nothing was written.')).toBeDefined()
  })
})

test('a version that ran before is run again', async () => {
  put()
  const { user, container } = await ofShop(Versions, '/versions')
  expect(await screen.findByText('runs')).toBeDefined()
  expect(screen.queryByRole('button', { name: 'Roll back to version 7' })).toBeNull()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Roll back to version 6' }))
  const dialog = within(await screen.findByRole('dialog'))
  expect(said(dialog.getByText(/slipway app rollback/))).toContain('slipway app rollback 6 --app shop')
  await user.click(dialog.getByRole('button', { name: 'Roll back' }))
  await waitFor(() => expect(sent).toEqual([['POST /apps/app-1/actions/rollback', { 'app-version': 6, message: '' }]]))
})

describe('variables', () => {
  test('are shown but for secrets; those that a tool keeps are changed there', async () => {
    put()
    const { container } = await ofShop(Env, '/variables')
    const table = within(await screen.findByRole('table', { name: 'Variables' }))
    expect(await table.findByText('debug')).toBeDefined()
    expect(table.getByText('sensitive')).toBeDefined()
    expect(table.getByText('ORDERS_DB_URL')).toBeDefined()
    expect(isOff(table.getByRole('button', { name: 'Unset QUEUE' }))).toBe(true)
    await expectAccessible(container)
  })

  test('are set, with no secret in the command', async () => {
    put()
    const { user } = await ofShop(Env, '/variables')
    await user.click(await screen.findByRole('button', { name: 'Set a variable…' }))
    const dialog = within(await screen.findByRole('dialog'))
    await user.type(dialog.getByLabelText('Name'), 'TOKEN')
    await user.click(dialog.getByLabelText(/^Private/))
    const value = dialog.getByLabelText('Value')
    expect(value.getAttribute('type')).toBe('password')
    await user.type(value, 'hush')
    await user.click(dialog.getByLabelText(/^Wait for the next/))
    expect(said(dialog.getByText(/slipway app env set/))).toContain('slipway app env set TOKEN --private --staged --app shop')
    await user.click(dialog.getByRole('button', { name: 'Set it' }))
    await waitFor(() => expect(sent).toEqual([['PATCH /apps/app-1/env', { set: [{ name: 'TOKEN', process: '', value: 'hush', 'is-private': true }], staged: true }]]))
  })

  test('that are private are not emptied by who only looks at the form', async () => {
    put()
    const { user } = await ofShop(Env, '/variables')
    await user.click(await screen.findByRole('button', { name: 'Change API_KEY' }))
    const dialog = within(await screen.findByRole('dialog'))
    await user.click(dialog.getByRole('button', { name: 'Set it' }))
    expect(await dialog.findByText(/Type its new value/)).toBeDefined()
    expect(sent).toEqual([])
  })

  test('are unset', async () => {
    put()
    const { user } = await ofShop(Env, '/variables')
    await user.click(await screen.findByRole('button', { name: 'Unset LOG_LEVEL' }))
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Unset it' }))
    await waitFor(() => expect(sent).toEqual([['PATCH /apps/app-1/env', { unset: [{ name: 'LOG_LEVEL', process: '' }], staged: false }]]))
  })
})

test('what units write is followed, by process', async () => {
  put()
  const asked: Record<string, string>[] = []
  server.use(
    http.get(`${API}/apps/app-1/logs`, ({ request }) => {
      asked.push(Object.fromEntries(new URL(request.url).searchParams))
      const lines = new ReadableStream({
        start(controller) {
          const encoder = new TextEncoder()
          controller.enqueue(encoder.encode(`${T0} web-12-0 listening\n${T0} web-12-`))
          controller.enqueue(encoder.encode('1 got a request\n'))
        },
      })
      return new HttpResponse(lines, { headers: { 'content-type': 'text/plain' } })
    }),
  )
  const { user, container } = await ofShop(Logs, '/logs')
  expect(await screen.findByText(/listening/)).toBeDefined()
  expect(screen.getByText(/got a request/)).toBeDefined()
  expect(screen.getByText(/web-12-1$/)).toBeDefined()
  expect(asked[0]).toEqual({ lines: '1000', follow: 'true' })
  await expectAccessible(container)
  await user.selectOptions(screen.getByLabelText('Process'), 'worker')
  await waitFor(() => expect(asked.at(-1)).toEqual({ lines: '1000', follow: 'true', process: 'worker' }))
  expect(said(screen.getByText(/slipway app logs/))).toContain('slipway app logs shop --follow --process worker')
})

test('settings send what differs, with the version that was read', async () => {
  put()
  let match: string | null = null
  server.use(
    http.patch(`${API}/apps/app-1`, async ({ request }) => {
      match = request.headers.get('if-match')
      sent.push(['PATCH', await attributesOf(request)])
      return HttpResponse.json({ data: app({ description: 'New' }) }, { headers: { etag: '"6"' } })
    }),
  )
  const { user, container } = await ofShop(Settings, '/settings')
  const description = await screen.findByLabelText(/^Description/)
  expect(isOff(screen.getByRole('button', { name: 'Save' }))).toBe(true)
  await expectAccessible(container)
  await user.clear(description)
  await user.type(description, 'New')
  expect(said(screen.getByText(/slipway app update/))).toContain('slipway app update shop --description New')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toEqual([['PATCH', { description: 'New' }]]))
  expect(match).toBe('"5"')
  await waitFor(() => expect(isOff(screen.getByRole('button', { name: 'Save' }))).toBe(true))
})
