import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, acme, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import Schedules from './page'
import type { Schedule } from './queries'
import { commandOf, settingsOf, valuesOf } from './words'
import ExecutorSchedules from './executor-page'
import ResourceSchedules from './resource-page'
import WorkspaceSchedules from './workspace-page'

const NEXT = { at: '2026-11-23T05:00:00.000Z', local: 'Mon 2026-11-23 06:00 CET' }

const schedule = (id: string, changes: Partial<Schedule['attributes']> = {}): Schedule => ({
  id,
  type: 'schedules',
  attributes: {
    name: id,
    description: '',
    'object-kind': 'workspace',
    'object-name': 'shop',
    action: 'plan',
    cron: '0 6 * * 1-5',
    'time-zone': 'Europe/Berlin',
    words: 'At 06:00, on Monday (Europe/Berlin)',
    missed: 'run-once',
    status: 'active',
    'next-times': [NEXT],
    outcomes: [],
    'created-by': 'ada',
    'runs-as': 'ada',
    'created-at': '2026-11-21T06:00:00.000Z',
    ...changes,
  },
  relationships: { object: { data: { id: 'ws-shop', type: 'workspaces' } } },
})

const STARTED = { 'due-at': NEXT.at, at: NEXT.at, kind: 'started', 'run-id': 'run-1', by: 'ada' } as const
const REFUSED = { 'due-at': NEXT.at, at: '2026-11-24T05:00:00.000Z', kind: 'refused', reason: 'ada lacks the permission.', by: 'ada' } as const

const onOneLine = (text: string | null | undefined) => text?.replaceAll(/ \\\n\s+/g, ' ')

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

function put(schedules: readonly Schedule[], mayRun = true) {
  const trials: unknown[] = []
  const workspace = { id: 'ws-shop', type: 'workspaces', attributes: { name: 'shop', permissions: { 'can-queue-run': mayRun } } }
  server.use(
    ...acme(),
    http.get(`${ACME}/workspaces/shop`, () => HttpResponse.json({ data: workspace })),
    http.get(`${API}/workspaces/ws-shop/schedules`, () => HttpResponse.json(listOf(schedules))),
    ...schedules.map((one) => http.get(`${API}/schedules/${one.id}`, () => HttpResponse.json({ data: one }, { headers: { etag: '"4"' } }))),
    http.post(`${API}/schedules/actions/preview`, async ({ request }) => {
      const { attributes } = ((await request.json()) as { data: { attributes: { cron?: string } } }).data
      trials.push(attributes)
      if (attributes.cron?.includes('FOO')) {
        const detail = 'the month "FOO" is not right'
        return HttpResponse.json({ errors: [{ status: '422', code: 'invalid', title: 'Invalid', detail, source: { pointer: '/data/attributes/cron' } }] }, { status: 422 })
      }
      return HttpResponse.json({ data: { id: 'preview', type: 'schedule-previews', attributes: { words: 'At 06:00 (Europe/Berlin)', 'next-times': [NEXT] } } })
    }),
  )
  return trials
}

const open = () =>
  show(
    <Suspense>
      <WorkspaceSchedules />
    </Suspense>,
    { path: '/app/$organization/workspaces/$workspace/schedules', at: '/app/acme/workspaces/shop/schedules' },
  )

test('without any it says what they are for, with the button and the command', async () => {
  put([])
  const { container } = await open()
  expect(await screen.findByText('Nothing starts by itself')).toBeDefined()
  expect(screen.getByText(/slipway schedule create shop --action plan/)).toBeDefined()
  await expectAccessible(container)
})

test('the form shows what the times mean while they are typed, and the command', async () => {
  const trials = put([])
  const { user } = await open()
  let sent: unknown
  server.use(
    http.post(`${API}/workspaces/ws-shop/schedules`, async ({ request }) => {
      sent = ((await request.json()) as { data: { attributes: unknown } }).data.attributes
      return HttpResponse.json({ data: schedule('sched-1') }, { status: 201 })
    }),
  )
  await user.click(await screen.findByRole('button', { name: 'New schedule' }))
  const dialog = within(await screen.findByRole('dialog'))
  expect(await dialog.findByText('At 06:00 (Europe/Berlin)')).toBeDefined()
  expect(dialog.getByText('Mon 2026-11-23 06:00 CET')).toBeDefined()
  const cron = dialog.getByLabelText('Cron expression')
  await user.clear(cron)
  await user.paste('0 6 * FOO *')
  expect(await dialog.findByText('the month "FOO" is not right')).toBeDefined()
  await user.clear(cron)
  await user.paste('0 7 * * *')
  const zone = dialog.getByLabelText('Time zone')
  await user.clear(zone)
  await user.paste('Europe/Berlin')
  expect(onOneLine(dialog.getByText(/slipway schedule create shop/).textContent)).toContain("slipway schedule create shop --action plan --cron '0 7 * * *' --time-zone Europe/Berlin --missed run-once")
  await waitFor(() => expect(trials.at(-1)).toEqual({ cron: '0 7 * * *', 'time-zone': 'Europe/Berlin' }))
  await user.click(dialog.getByRole('button', { name: 'Create schedule' }))
  await waitFor(() => expect(sent).toEqual({ action: 'plan', cron: '0 7 * * *', 'time-zone': 'Europe/Berlin', missed: 'run-once' }))
})

test('one that Slipway paused says why, what came of its times, and can be resumed', async () => {
  const paused = schedule('nightly', { status: 'paused', 'paused-reason': 'ada lacks workspace.run.apply now.', 'next-times': [], outcomes: [REFUSED, STARTED] })
  put([paused, schedule('hourly', { outcomes: [STARTED] })])
  const { user, container } = await open()
  expect(await screen.findByText('Paused')).toBeDefined()
  expect(screen.getByText('Refused')).toBeDefined()
  await expectAccessible(container)
  let resumed = false
  server.use(
    http.post(`${API}/schedules/nightly/actions/resume`, () => {
      resumed = true
      return HttpResponse.json({ data: schedule('nightly') })
    }),
  )
  await user.click(screen.getByRole('button', { name: 'nightly' }))
  const dialog = within(await screen.findByRole('dialog'))
  expect(await dialog.findByText('ada lacks workspace.run.apply now.')).toBeDefined()
  const history = within(dialog.getByRole('list', { name: 'Last times' }))
  expect(history.getByText('ada lacks the permission.')).toBeDefined()
  expect(history.getByRole('link', { name: 'run-1' }).getAttribute('href')).toBe('/app/acme/workspaces/shop/runs/run-1')
  await user.click(dialog.getByRole('button', { name: 'Resume' }))
  await waitFor(() => expect(resumed).toBe(true))
})

test('what is changed is sent with the version that was read', async () => {
  put([schedule('nightly')])
  const { user } = await open()
  let sent: unknown
  server.use(
    http.patch(`${API}/schedules/nightly`, async ({ request }) => {
      sent = [request.headers.get('if-match'), ((await request.json()) as { data: { attributes: unknown } }).data.attributes]
      return HttpResponse.json({ data: schedule('nightly') })
    }),
  )
  await user.click(await screen.findByRole('button', { name: 'nightly' }))
  await user.click(await within(await screen.findByRole('dialog')).findByRole('button', { name: 'Change' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByLabelText('Is left out'))
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toEqual(['"4"', { missed: 'skip' }]))
})

test('the list of an organization says where each is, and is asked by filter', async () => {
  const asked: Record<string, string>[] = []
  server.use(
    ...acme(),
    http.get(`${ACME}/schedules`, ({ request: { url } }) => {
      asked.push(Object.fromEntries(new URL(url).searchParams))
      return HttpResponse.json(listOf([schedule('nightly')]))
    }),
  )
  const { container } = await show(
    <Suspense>
      <Schedules />
    </Suspense>,
    { path: '/app/$organization/schedules', at: '/app/acme/schedules?action=destroy&paused=true' },
  )
  expect((await screen.findByRole('link', { name: 'shop' })).getAttribute('href')).toBe('/app/acme/workspaces/shop/schedules')
  expect(asked[0]).toEqual({ 'filter[action]': 'destroy', 'filter[paused]': 'true', 'page[size]': '50' })
  await expectAccessible(container)
})

test('times that stay as they are are not sent: they would count from now', () => {
  const once = schedule('end', { cron: null, at: '2026-11-23T05:00:00.000Z', action: 'destroy' })
  const before = valuesOf(once)
  expect(settingsOf(before, { ...before, name: 'the end' })).toEqual({ name: 'the end' })
  expect(settingsOf(before, { ...before, when: 'after', after: '3d' })).toEqual({ after: '3d', 'time-zone': 'Europe/Berlin' })
  expect(onOneLine(commandOf({ kind: 'workspace', name: 'shop' }, once, { ...before, when: 'after', after: '3d' }))).toBe('slipway schedule update end --after 3d --time-zone Europe/Berlin')
})

describe('of what is not a workspace', () => {
  const allowed = (isAllowed: boolean) =>
    http.get(`${ACME}/access-explanations`, () => HttpResponse.json(listOf([{ id: 'x', type: 'access-explanations', attributes: { permission: 'schedule.manage', 'is-allowed': isAllowed } }])))

  test('a resource ends after a time, by a schedule of its own', async () => {
    put([])
    let sent: unknown
    server.use(
      allowed(true),
      http.get(`${API}/resources/res-1`, () => HttpResponse.json({ data: { id: 'res-1', type: 'resources', attributes: { name: 'demo', state: 'provisioned' } } })),
      http.get(`${API}/resources/res-1/schedules`, () => HttpResponse.json(listOf([]))),
      http.post(`${API}/resources/res-1/schedules`, async ({ request }) => {
        sent = ((await request.json()) as { data: { attributes: unknown } }).data.attributes
        return HttpResponse.json({ data: schedule('sched-1') }, { status: 201 })
      }),
    )
    const { user, container } = await show(
      <Suspense>
        <ResourceSchedules />
      </Suspense>,
      { path: '/app/$organization/resources/$resource/schedules', at: '/app/acme/resources/res-1/schedules' },
    )
    await user.click(await screen.findByRole('button', { name: 'Destroy it after a time…' }))
    const dialog = within(await screen.findByRole('dialog'))
    expect(dialog.getByLabelText('Starts')).toHaveProperty('value', 'destroy')
    expect(dialog.queryByText(/slipway schedule create/)).toBeNull()
    await expectAccessible(container)
    await user.click(dialog.getByRole('button', { name: 'Create schedule' }))
    await waitFor(() => expect(sent).toMatchObject({ action: 'destroy', after: '8h' }))
  })

  test('an executor is run by one, which says so as a command; who may not is told', async () => {
    put([])
    server.use(
      allowed(false),
      http.get(`${API}/executors/exec-1`, () => HttpResponse.json({ data: { id: 'exec-1', type: 'executors', attributes: { name: 'backup' } } })),
      http.get(`${API}/executors/exec-1/schedules`, () => HttpResponse.json(listOf([schedule('nightly', { action: 'apply', 'object-kind': 'executor', 'object-name': 'backup' })]))),
    )
    await show(
      <Suspense>
        <ExecutorSchedules />
      </Suspense>,
      { path: '/app/$organization/executors/$executor/schedules', at: '/app/acme/executors/exec-1/schedules' },
    )
    expect(await screen.findByText('Run it')).toBeDefined()
    await waitFor(() => expect(screen.getByRole('button', { name: 'New schedule' }).getAttribute('aria-disabled')).toBe('true'))
    expect(onOneLine(commandOf({ kind: 'executor', name: 'backup' }, null, valuesOf(null, 'executor')))).toContain('slipway schedule create --executor backup --action apply')
  })
})
