import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { quotaChanges, quotaCommand, quotaProblems, quotaValues } from '@/lib/quota'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import Quotas from './page'

const one = (id: string, type: string, attributes: object) => ({ id, type, attributes })
const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

/** What was asked for to be done, with what was sent. */
let sent: [string, unknown][] = []

const quota = (apps: number | null, appsUsed: number, units: number | null, unitsUsed: number) => ({ data: one('q', 'app-quotas', { apps, 'apps-used': appsUsed, units, 'units-used': unitsUsed }) })

function put(holds: readonly string[] = ['app.read', 'app-quota.manage'], isAdmin = false) {
  sent = []
  server.use(
    http.get(`${API}/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
    http.get(`${API}/account/details`, () => HttpResponse.json({ data: one('user-1', 'users', { username: 'ada', 'is-site-admin': isAdmin }) })),
    http.get(`${ACME}/access-explanations`, () => HttpResponse.json(listOf(holds.map((permission) => one(permission, 'access-explanations', { permission, 'is-allowed': true }))))),
    http.get(`${ACME}/projects`, () => HttpResponse.json(listOf([one('prj-1', 'projects', { name: 'payments' }), one('prj-2', 'projects', { name: 'shop' })]))),
    http.get(`${ACME}/app-quota`, () => HttpResponse.json(quota(100, 12, null, 40))),
    http.get(`${API}/projects/prj-1/app-quota`, () => HttpResponse.json(quota(10, 10, 40, 8))),
    http.get(`${API}/projects/prj-2/app-quota`, () => HttpResponse.json({ errors: [{ code: 'forbidden', title: 'not allowed', status: '403', detail: 'No.' }] }, { status: 403 })),
    http.patch(`${API}/projects/prj-1/app-quota`, async ({ request }) => {
      sent.push(['PATCH /projects/prj-1/app-quota', ((await request.json()) as { data: { attributes: unknown } }).data.attributes])
      return HttpResponse.json(quota(12, 10, null, 8))
    }),
  )
}

const open = () =>
  show(
    <Suspense>
      <Quotas />
    </Suspense>,
    { path: '/app/$organization/settings/quotas', at: '/app/acme/settings/quotas' },
  )

test('quotas say what is taken of them, and where nothing more is let in', async () => {
  put()
  const { container } = await open()
  expect(await screen.findByText('40, as many as wanted')).toBeDefined()
  const projects = within(screen.getByRole('table', { name: 'Quotas of projects' }))
  expect(await projects.findByText(/^10 of 10/)).toBeDefined()
  expect(projects.getByLabelText('nothing more is let in')).toBeDefined()
  expect(await projects.findAllByText('not for you')).toHaveLength(2)
  await waitFor(() => expect(screen.getByRole('button', { name: 'Change…' }).getAttribute('aria-disabled')).toBe('true'))
  await expectAccessible(container)
})

test('that of a project is changed; nothing is as many as wanted', async () => {
  put()
  const { user } = await open()
  await screen.findByText(/^10 of 10/)
  await user.click(screen.getByRole('button', { name: 'Change the quota of payments' }))
  const dialog = within(await screen.findByRole('dialog'))
  const apps = dialog.getByLabelText(/^Apps/)
  await user.clear(apps)
  await user.type(apps, 'x')
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  expect(await dialog.findByText(/Write a whole number/)).toBeDefined()
  await user.clear(apps)
  await user.type(apps, '12')
  await user.clear(dialog.getByLabelText(/^Units/))
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toEqual([['PATCH /projects/prj-1/app-quota', { apps: 12, units: null }]]))
})

test('who may not change them is told', async () => {
  put(['app.read'])
  await open()
  await screen.findByText(/^10 of 10/)
  expect(screen.getByRole('button', { name: 'Change the quota of payments' }).getAttribute('aria-disabled')).toBe('true')
})

test('words', () => {
  const before = quotaValues({ apps: null, units: 5 })
  expect(before).toEqual({ apps: '', units: '5' })
  expect(quotaChanges(before, { apps: '0', units: '5' })).toEqual({ apps: 0 })
  expect(quotaCommand({ kind: 'app', id: 'app-1', name: 'web' }, { units: null })).toBe('slipway quota set --app web --units none')
  expect(Object.keys(quotaProblems({ apps: '-1', units: '1.5' }))).toEqual(['apps', 'units'])
})
