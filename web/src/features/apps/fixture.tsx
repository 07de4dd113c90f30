// Apps as the tests of their pages see them: an app, what belongs to it, and a server that answers with it.
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { type ComponentType, Suspense } from 'react'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import type { ProcessSettings } from './processes/queries'
import type { App, Deploy, EnvChange, Unit, Variable, Version } from './queries'

export const T0 = '2026-11-20T10:00:00.000Z'
export const DIGEST = `@sha256:${'ab'.repeat(32)}`
export const EVERYTHING = { 'can-update': true, 'can-deploy': true, 'can-scale': true, 'can-read-env': true, 'can-update-env': true, 'can-read-logs': true, 'can-run': true, 'can-shell': true, 'can-delete': true }
export const NOTHING = { 'can-update': false, 'can-deploy': false, 'can-scale': false, 'can-read-env': false, 'can-update-env': false, 'can-read-logs': false, 'can-run': false, 'can-shell': false, 'can-delete': false }

export function app(changes: Partial<App['attributes']> = {}): App {
  return {
    id: 'app-1',
    type: 'apps',
    attributes: {
      name: 'shop',
      description: 'What people buy in',
      labels: ['team=shop'],
      pool: { id: 'pool-1', name: 'main' },
      plan: { id: 'plan-1', name: 'small' },
      'plan-override': {},
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

export function deploy(changes: Partial<Deploy['attributes']> = {}): Deploy {
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
      'made-of': { image: 'docker.io/acme/shop:2', 'build-arguments': {}, 'build-secrets': [] },
      message: 'The new checkout',
      'app-version': 8,
      'previous-version': 7,
      'restored-env': null,
      'started-by': 'ada',
      'is-cancel-requested': false,
      'log-read-url': '/api/v2/deploys/deploy-1/log',
      'created-at': T0,
      'step-at': T0,
      'ended-at': null,
      ...changes,
    },
  }
}

export const UNITS: readonly Unit['attributes'][] = [
  { name: 'web-12-0', process: 'web', 'app-version': 7, deploy: 12, status: 'ready', reason: '', address: '10.1.0.2:8000', restarts: 0, 'started-at': T0 },
  { name: 'web-12-1', process: 'web', 'app-version': 7, deploy: 12, status: 'crashing', reason: 'It ended with 1.', address: null, restarts: 4, 'started-at': null },
]

export const VERSIONS: readonly Version['attributes'][] = [7, 6].map((number) => ({
  number,
  image: `docker.io/acme/shop${DIGEST}`,
  processes: [{ name: 'web', command: '', units: 0, ready: 0 }],
  env: 3,
  origin: `docker.io/acme/shop:${number}`,
  'is-live': number === 7,
  'created-by': 'ada',
  'created-at': T0,
}))

export const VARIABLES: readonly Variable[] = [
  { name: 'LOG_LEVEL', process: '', value: 'debug', 'alias-of': null, 'is-private': false, 'managed-by': '' },
  { name: 'API_KEY', process: '', value: null, 'alias-of': null, 'is-private': true, 'managed-by': '' },
  { name: 'DATABASE_URL', process: '', value: null, 'alias-of': 'ORDERS_DB_URL', 'is-private': false, 'managed-by': '' },
  { name: 'QUEUE', process: 'worker', value: 'slow', 'alias-of': null, 'is-private': false, 'managed-by': 'ci' },
]

export const ENV_CHANGES: readonly EnvChange['attributes'][] = [
  {
    number: 3,
    'is-current': true,
    'changed-by': 'ada',
    'created-at': T0,
    changes: [
      { name: 'LOG_LEVEL', process: '', difference: 'changed', 'is-private': false, 'managed-by': '', 'value-before': 'info', value: 'debug', 'alias-of-before': null, 'alias-of': null },
      { name: 'API_KEY', process: '', difference: 'set', 'is-private': true, 'managed-by': '', 'value-before': null, value: null, 'alias-of-before': null, 'alias-of': null },
    ],
  },
  {
    number: 2,
    'is-current': false,
    'changed-by': 'ci',
    'created-at': T0,
    changes: [{ name: 'QUEUE', process: 'worker', difference: 'set', 'is-private': false, 'managed-by': 'ci', 'value-before': null, value: 'slow', 'alias-of-before': null, 'alias-of': null }],
  },
]

export const one = (id: string, type: string, attributes: object) => ({ id, type, attributes })

export const server = setupServer()
/** What was asked for to be done, with what was sent. */
export const sent: [string, unknown][] = []

/** The server of a test file: to be called once, at its top. */
export function serving() {
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
  afterEach(() => {
    server.resetHandlers()
    sent.length = 0
  })
  afterAll(() => server.close())
}

export const attributesOf = async (request: Request) => {
  const text = await request.text()
  return text === '' ? null : (JSON.parse(text) as { data: { attributes: unknown } }).data.attributes
}

export interface Stage {
  readonly shown?: App
  readonly deploys?: readonly Deploy[]
  readonly variables?: readonly Variable[]
  /** What is said of its processes. */
  readonly settings?: readonly ProcessSettings['attributes'][]
  /** Whether units see former variables. */
  readonly isEnvPending?: boolean
}

/** The server as these pages see it. */
export function put({ shown = app(), deploys = [deploy()], variables = VARIABLES, settings = [], isEnvPending = false }: Stage = {}) {
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
    http.get(`${API}/apps/app-1/quota`, () => HttpResponse.json({ data: one('app-1', 'app-quotas', { apps: null, 'apps-used': 1, units: 6, 'units-used': 4 }) })),
    http.patch(`${API}/apps/app-1/quota`, saying(one('app-1', 'app-quotas', { apps: null, 'apps-used': 1, units: 8, 'units-used': 4 }))),
    http.get(`${API}/apps/app-1/process-settings`, () => HttpResponse.json(listOf(settings.map((said) => one(said.process, 'app-process-settings', said))))),
    http.get(`${API}/apps/app-1/units`, () => HttpResponse.json(listOf(UNITS.map((unit) => one(unit.name, 'app-units', unit))))),
    http.get(`${API}/apps/app-1/deploys`, () => HttpResponse.json(listOf(deploys))),
    http.get(`${API}/apps/app-1/versions`, () => HttpResponse.json(listOf(VERSIONS.map((version) => one(`version-${version.number}`, 'app-versions', version))))),
    http.get(`${API}/apps/app-1/env`, () => HttpResponse.json({ data: one('app-1', 'app-envs', { number: 3, 'is-pending': isEnvPending, variables }) })),
    http.get(`${API}/apps/app-1/env-changes`, () => HttpResponse.json(listOf(ENV_CHANGES.map((change) => one(`appe-${change.number}`, 'app-env-changes', change))))),
    http.get(`${API}/apps/app-1/logs`, () => new HttpResponse('2026-11-20T10:00:00.000Z web-12-0 | ready\n')),
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
    http.post(`${API}/apps/app-1/actions/restore-env`, saying(one('app-1', 'app-envs', { number: 4, variables, 'left-out': [{ name: 'DATABASE_URL', process: '', reason: 'A bind gives it now.' }] }))),
    http.post(`${API}/apps/app-1/actions/:action`, saying(shown)),
    http.post(`${API}/deploys/deploy-1/actions/cancel`, saying(deploy({ 'is-cancel-requested': true }))),
  )
}

export const open = (Page: ComponentType, path: string, at = path) =>
  show(
    <Suspense>
      <Page />
    </Suspense>,
    { path: `/app/$organization/${path}`, at: `/app/acme/${at}` },
  )

export const ofShop = (Page: ComponentType, tab = '', search = '') => open(Page, `apps/$app${tab}`, `apps/shop${tab.replace('$deploy', 'deploy-1')}${search}`)

export const isOff = (element: HTMLElement) => element.getAttribute('aria-disabled') === 'true'
export const said = (element: HTMLElement) => element.textContent?.replaceAll(/ \\\n\s+/g, ' ')
