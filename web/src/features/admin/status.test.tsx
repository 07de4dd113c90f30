// How the site stands, as its administrators see it.
import { screen, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Schema } from '@/api/query'
import { API } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import SiteStatusPage from './status'

const server = setupServer()

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const well = {
  version: '1.2.3',
  database: 'postgres',
  queue: { queued: 2 },
  'oldest-queued-at': null,
  'last-backup-at': new Date(Date.now() - 3 * 3_600_000).toISOString(),
  'master-key-source': '/etc/slipway/master.key',
  'master-key': '8b0ede57',
  problems: [],
} satisfies Schema<'SiteStatus'>

function open(status: Schema<'SiteStatus'>) {
  server.use(http.get(`${API}/admin/status`, () => HttpResponse.json({ data: { id: 'site', type: 'site-status', attributes: status } })))
  return show(<SiteStatusPage />, { path: '/app/admin/status', at: '/app/admin/status' })
}

test('each problem says what to do and leads there; one that this console does not know is shown as it is', async () => {
  await open({
    ...well,
    queue: { dead: 2 },
    problems: [
      { code: 'dead-items', detail: '2 work items failed too often.' },
      { code: 'disk-full', detail: 'Make room, then run `slipway admin tidy`.' },
    ],
  })
  const dead = await screen.findByRole('alert')
  expect(within(dead).getByRole('link', { name: 'Look at it' }).getAttribute('href')).toBe('/app/admin/queue?state=dead')
  expect(screen.getByRole('link', { name: '2 work items' }).getAttribute('href')).toBe('/app/admin/queue?state=dead')
  expect(screen.getByText('Disk full')).toBeDefined()
  expect(screen.getByText('slipway admin tidy').tagName).toBe('CODE')
  expect(screen.getByText('Needs a look')).toBeDefined()
})

test('when all is well it says so, with the age of the last backup and how to make one', async () => {
  await open(well)
  expect(await screen.findByText('Nothing needs anybody')).toBeDefined()
  expect(screen.getByText('3 h ago')).toBeDefined()
  expect(screen.getByText(/slipway admin backup/)).toBeDefined()
  expect(screen.getByText('PostgreSQL')).toBeDefined()
  expect(screen.queryByRole('alert')).toBeNull()
})
