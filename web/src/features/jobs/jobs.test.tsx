import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { type ComponentType, Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import JobVariables from './env-page'
import JobPage from './job-page'
import Jobs from './list-page'
import NewJob from './new-page'
import RunPage from './run-page'
import JobSettings from './settings-page'
import { changesOf, commandOf, newJob, problemsOf, span, valuesOf } from './words'

const T0 = '2026-11-20T03:00:00.000Z'
const AHEAD = new Date(Date.now() + 3 * 3_600_000).toISOString()
const EVERYTHING = { 'can-update': true, 'can-run': true, 'can-read-env': true, 'can-update-env': true, 'can-read-logs': true, 'can-delete': true }
const NOTHING = { 'can-update': false, 'can-run': false, 'can-read-env': false, 'can-update-env': false, 'can-read-logs': false, 'can-delete': false }

const one = (id: string, type: string, attributes: object, relationships = {}) => ({ id, type, attributes, relationships })
const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

/** What was asked for to be done, with what was sent. */
let sent: [string, unknown][] = []

const job = (changes: object = {}) =>
  one(
    'job-1',
    'jobs',
    {
      name: 'nightly',
      description: 'The report',
      labels: [],
      pool: { id: 'pool-1', name: 'main' },
      plan: { id: 'plan-1', name: 'small' },
      'current-version': 3,
      image: 'acme/report:3',
      command: ['./report', '--all'],
      cron: '0 3 * * *',
      'time-zone': 'Europe/Berlin',
      'schedule-words': 'At 03:00 (Europe/Berlin)',
      'next-at': AHEAD,
      concurrency: 'forbid',
      'deadline-seconds': 3600,
      retries: 2,
      'start-within-seconds': 3600,
      'kept-runs': 50,
      'is-paused': false,
      status: 'failed',
      'last-run': 'jrun-1',
      'last-run-at': T0,
      permissions: EVERYTHING,
      'created-at': T0,
      'updated-at': T0,
      ...changes,
    },
    { project: { data: { id: 'prj-1', type: 'projects' } } },
  )

const run = (changes: object = {}) =>
  one('jrun-1', 'job-runs', {
    number: 12,
    trigger: 'schedule',
    status: 'failed',
    reason: 'It ended with 3.',
    attempt: 1,
    'job-version': 3,
    arguments: ['--since', 'two days'],
    'exit-code': 3,
    'started-by': 'the clock',
    'is-cancel-requested': false,
    'log-read-url': '/api/v2/job-runs/jrun-1/log',
    'due-at': T0,
    'created-at': T0,
    'not-before': T0,
    'started-at': T0,
    'ended-at': '2026-11-20T03:01:07.000Z',
    ...changes,
  })

function put(shown = job(), ran = run(), reason = '') {
  sent = []
  const hear =
    (answer: object | null, status = 200) =>
    async ({ request }: { request: Request }) => {
      const text = await request.text()
      sent.push([`${request.method} ${new URL(request.url).pathname.replace('/api/v2', '')}`, text === '' ? null : (JSON.parse(text) as { data: { attributes: unknown } }).data.attributes])
      return answer ? HttpResponse.json({ data: answer }, { status, headers: { etag: '"8"' } }) : new HttpResponse(null, { status })
    }
  server.use(
    http.get(`${API}/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
    http.get(`${API}/account/preferences`, () => HttpResponse.json({ data: one('p', 'preferences', { values: {} }) })),
    http.get(`${ACME}/access-explanations`, ({ request }) => {
      const permission = new URL(request.url).searchParams.get('permission') ?? 'job.read'
      return HttpResponse.json(listOf([one(permission, 'access-explanations', { permission, 'is-allowed': true })]))
    }),
    http.get(`${ACME}/projects`, () => HttpResponse.json(listOf([one('prj-1', 'projects', { name: 'payments', 'is-default': true })]))),
    http.get(`${ACME}/pools`, () => HttpResponse.json(listOf([one('pool-1', 'pools', { name: 'main', cluster: 'local', 'is-default': true })]))),
    http.get(`${ACME}/app-plans`, () => HttpResponse.json(listOf([one('plan-1', 'app-plans', { name: 'small', 'is-default': true })]))),
    http.get(`${ACME}/jobs`, () => HttpResponse.json(listOf([shown]))),
    http.post(`${ACME}/jobs`, hear(shown, 201)),
    http.get(`${ACME}/jobs/nightly`, () => HttpResponse.json({ data: shown }, { headers: { etag: '"7"' } })),
    http.get(`${API}/jobs/job-1/runs`, () => HttpResponse.json(listOf([ran]))),
    http.post(`${API}/jobs/job-1/runs`, hear(ran, 201)),
    http.get(`${API}/jobs/job-1/versions`, () => HttpResponse.json(listOf([one('jver-3', 'job-versions', { number: 3, image: 'acme/report:3', digest: null, reason, command: [], 'created-by': 'ada', 'created-at': T0 })]))),
    http.get(`${API}/jobs/job-1/env`, () =>
      HttpResponse.json({
        data: one('job-1', 'job-envs', {
          number: 2,
          variables: [
            { name: 'API_KEY', value: null, 'alias-of': null, 'is-private': true, 'managed-by': '' },
            { name: 'LOG_LEVEL', value: 'debug', 'alias-of': null, 'is-private': false, 'managed-by': '' },
          ],
        }),
      }),
    ),
    http.patch(`${API}/jobs/job-1/env`, hear(one('job-1', 'job-envs', { number: 3, variables: [] }))),
    http.patch(`${API}/jobs/job-1`, hear(shown)),
    http.delete(`${API}/jobs/job-1`, hear(null, 202)),
    http.post(`${API}/jobs/job-1/actions/:action`, hear(shown)),
    http.get(`${API}/job-runs/jrun-1`, () => HttpResponse.json({ data: ran })),
    http.post(`${API}/job-runs/jrun-1/actions/cancel`, hear(ran)),
    http.get(`${API}/job-runs/jrun-1/log`, () => new HttpResponse('\u0002one\ntwo\n\u0003')),
    http.get(`${API}/job-runs/jrun-1/log/stream`, () => new HttpResponse(null, { status: 404 })),
    http.post(`${API}/schedules/actions/preview`, () =>
      HttpResponse.json({ data: one('preview', 'schedule-previews', { words: 'At 03:00 (Europe/Berlin)', 'next-times': [{ at: AHEAD, local: 'Sat 21 Nov 2026, 03:00', note: null }] }) }),
    ),
  )
}

const open = (Page: ComponentType, path: string, at = path) =>
  show(
    <Suspense>
      <Page />
    </Suspense>,
    { path: `/app/$organization/${path}`, at: `/app/acme/${at}` },
  )

const ofNightly = (Page: ComponentType, tab = '') => open(Page, `jobs/$job${tab}`, `jobs/nightly${tab.replace('$run', 'jrun-1')}`)
const isOff = (element: HTMLElement) => element.getAttribute('aria-disabled') === 'true'
const said = (element: HTMLElement) => element.textContent?.replaceAll(/ \\\n\s+/g, ' ')

test('the list says when each runs, and how its last run went', async () => {
  put()
  const { container } = await open(Jobs, 'jobs')
  expect((await screen.findByRole('link', { name: 'nightly' })).getAttribute('href')).toBe('/app/acme/jobs/nightly')
  expect(screen.getByText('At 03:00 (Europe/Berlin)')).toBeDefined()
  expect(screen.getByText('Failed')).toBeDefined()
  await expectAccessible(container)
})

test('a new one is said in a form, with its times in words, and as a command', async () => {
  put()
  const { user, container } = await open(NewJob, 'new-job')
  await user.click(await screen.findByRole('button', { name: 'Create job' }))
  expect(await screen.findByText('Say which image it runs.')).toBeDefined()
  await user.type(screen.getByLabelText('Name'), 'nightly')
  await user.type(screen.getByLabelText('Image'), 'acme/report:3')
  await user.type(screen.getByLabelText(/^Command/), './report{Enter}--all')
  await user.clear(screen.getByLabelText('Time zone'))
  await user.type(screen.getByLabelText('Time zone'), 'Europe/Berlin')
  expect(await screen.findByText('At 03:00 (Europe/Berlin)')).toBeDefined()
  await user.click(screen.getByText('How its runs go'))
  await user.clear(screen.getByLabelText('A run may take'))
  await user.type(screen.getByLabelText('A run may take'), '20')
  expect(said(screen.getByText(/slipway job create/))).toContain("slipway job create nightly --image acme/report:3 --schedule '0 3 * * *' --time-zone Europe/Berlin --deadline 20m -- ./report --all")
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Create job' }))
  await waitFor(() => expect(sent).toHaveLength(1))
  expect(sent[0]).toEqual([
    'POST /organizations/acme/jobs',
    {
      name: 'nightly',
      image: 'acme/report:3',
      command: ['./report', '--all'],
      description: '',
      labels: [],
      cron: '0 3 * * *',
      'time-zone': 'Europe/Berlin',
      concurrency: 'forbid',
      'deadline-seconds': 1200,
      'start-within-seconds': 3600,
      retries: 0,
      'kept-runs': 50,
    },
  ])
})

test('one has its runs, is run with arguments, paused and deleted', async () => {
  put(job(), run(), 'There is no image acme/report:3.')
  const { user, container, router } = await ofNightly(JobPage)
  expect((await screen.findByRole('link', { name: 'Run 12' })).getAttribute('href')).toBe('/app/acme/jobs/nightly/runs/jrun-1')
  expect(screen.getByText('It ended with 3.')).toBeDefined()
  expect(await screen.findByText(/There is no image/)).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'More actions' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Pause' }))
  await waitFor(() => expect(sent).toEqual([['POST /jobs/job-1/actions/pause', null]]))
  await user.click(screen.getByRole('button', { name: 'Run now…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText(/^Arguments/), '--since{Enter}two days')
  expect(said(dialog.getByText(/slipway job run/))).toContain("slipway job run nightly -- --since 'two days'")
  await user.click(dialog.getByRole('button', { name: 'Run it' }))
  await waitFor(() => expect(sent.at(-1)).toEqual(['POST /jobs/job-1/runs', { arguments: ['--since', 'two days'] }]))
  await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/jobs/nightly/runs/jrun-1'))
})

test('one is deleted once its name was typed', async () => {
  put()
  const { user } = await ofNightly(JobPage)
  await user.click(await screen.findByRole('button', { name: 'More actions' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Delete…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText(/to confirm/), 'nightly')
  await user.click(dialog.getByRole('button', { name: 'Delete job' }))
  await waitFor(() => expect(sent).toEqual([['DELETE /jobs/job-1', null]]))
})

test('a run says why it failed, and one that goes on is canceled', async () => {
  put()
  const { container } = await ofNightly(RunPage, '/runs/$run')
  expect(await screen.findByText('It failed')).toBeDefined()
  expect(screen.getByText("--since 'two days'")).toBeDefined()
  expect(said(screen.getByText(/slipway job logs/))).toContain('slipway job logs nightly 12')
  await expectAccessible(container)
})

test('a run that goes on is canceled', async () => {
  put(job({ status: 'running' }), run({ status: 'running', reason: '', 'ended-at': null, 'exit-code': null }))
  const { user } = await ofNightly(RunPage, '/runs/$run')
  await user.click(await screen.findByRole('button', { name: 'Cancel the run' }))
  await waitFor(() => expect(sent).toEqual([['POST /job-runs/jrun-1/actions/cancel', null]]))
})

test('variables are set and unset; private ones are not shown', async () => {
  put()
  const { user, container } = await ofNightly(JobVariables, '/variables')
  expect(await screen.findByText('sensitive')).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Set a variable…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText('Name'), 'WORKERS')
  await user.type(dialog.getByLabelText('Value'), '4')
  expect(said(dialog.getByText(/slipway job env set/))).toContain('slipway job env set nightly WORKERS=4')
  await user.click(dialog.getByRole('button', { name: 'Set it' }))
  await waitFor(() => expect(sent).toEqual([['PATCH /jobs/job-1/env', { set: [{ name: 'WORKERS', value: '4', 'is-private': false }] }]]))
  await user.click(screen.getByRole('button', { name: 'Unset LOG_LEVEL' }))
  await user.click(await screen.findByRole('button', { name: 'Unset it' }))
  await waitFor(() => expect(sent.at(-1)).toEqual(['PATCH /jobs/job-1/env', { unset: ['LOG_LEVEL'] }]))
})

test('settings send what differs', async () => {
  put()
  const { user } = await ofNightly(JobSettings, '/settings')
  expect(isOff(await screen.findByRole('button', { name: 'Save' }))).toBe(true)
  await user.click(screen.getByLabelText('Only when somebody wants it'))
  await user.clear(screen.getByLabelText(/^Command/))
  expect(said(screen.getByText(/slipway job update/))).toContain('slipway job update nightly --no-schedule --no-command')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toEqual([['PATCH /jobs/job-1', { cron: '', command: [] }]]))
})

test('who may only see it is told', async () => {
  put(job({ permissions: NOTHING }))
  await ofNightly(JobVariables, '/variables')
  expect(await screen.findByText('Its variables are not for you')).toBeDefined()
  expect(isOff(screen.getByRole('button', { name: 'Run now…' }))).toBe(true)
})

test('words', () => {
  expect([span(3600), span(1200), span(90), span(86_400)]).toEqual(['1 h', '20 min', '90 s', '1 d'])
  const before = valuesOf({ attributes: job().attributes as never })
  expect(changesOf(before, before)).toEqual({})
  expect(changesOf(before, { ...before, 'deadline-seconds': '1.5', labels: ['a=b'] })).toEqual({ 'deadline-seconds': 90, labels: ['a=b'] })
  expect(commandOf(before, { ...before, 'deadline-seconds': '1.5' }, undefined)).toBe('slipway job update nightly --deadline 90s')
  expect(Object.keys(problemsOf({ ...newJob(), retries: '-1' }))).toEqual(['name', 'image', 'retries'])
})
