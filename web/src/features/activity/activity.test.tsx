import { screen, waitFor } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Schema } from '@/api/query'
import { ACME, acme, listOf, resourceOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import Activity from './page'
import { sentenceOf } from './words'

const server = setupServer()

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const confirmed = {
  action: 'run.confirmed',
  'actor-kind': 'user',
  'actor-id': 'user-dana',
  'actor-name': 'dana',
  'object-kind': 'run',
  'object-id': 'run-1',
  'object-name': 'shop · Encrypt orders',
  changes: {},
  'created-at': '2026-11-21T06:23:54.913Z',
  'request-id': 'req-1',
} satisfies Schema<'Event'>

async function open(search = '', isReader = false) {
  const asked: Record<string, string>[] = []
  server.use(
    ...acme({ isReader }),
    http.get(`${ACME}/events`, ({ request }) => {
      asked.push(Object.fromEntries(new URL(request.url).searchParams))
      return HttpResponse.json(listOf([resourceOf('Event', 'evt-1', confirmed)], 'evt-1'))
    }),
  )
  const page = (
    <Suspense>
      <Activity />
    </Suspense>
  )
  const shown = await show(page, { path: '/app/$organization/activity', at: `/app/acme/activity${search}` })
  return { ...shown, asked }
}

test('what stands in the address is asked for, shown as chips, and goes with its cross', async () => {
  const { user, router, asked } = await open('?action=run.confirmed&kind=run')
  expect(await screen.findByText('Encrypt orders')).toBeDefined()
  expect(asked[0]).toMatchObject({ 'filter[action]': 'run.confirmed', 'filter[object-kind]': 'run' })
  await user.click(screen.getByRole('button', { name: /Remove.*Action/i }))
  await waitFor(() => expect(router.state.location.search).toEqual({ kind: 'run' }))
  await waitFor(() => expect(asked.at(-1)).not.toHaveProperty('filter[action]'))
  expect(asked.at(-1)).toMatchObject({ 'filter[object-kind]': 'run' })
})

test('typing searches, and the address has it', async () => {
  const { user, router, asked } = await open()
  await user.type(await screen.findByPlaceholderText(/Name, id/), 'orders')
  await waitFor(() => expect(router.state.location.search).toEqual({ q: 'orders' }))
  await waitFor(() => expect(asked.at(-1)).toMatchObject({ search: 'orders' }))
})

test('older events are a page of their own, and details lead to the request', async () => {
  const { user, router, asked } = await open()
  await user.click(await screen.findByRole('button', { name: 'Show details' }))
  expect((await screen.findByRole('link', { name: 'all that it did' })).getAttribute('href')).toBe('/app/acme/activity?request=req-1')
  await user.click(screen.getByRole('button', { name: 'Older' }))
  await waitFor(() => expect(router.state.location.search).toEqual({ after: 'evt-1' }))
  await waitFor(() => expect(asked.at(-1)).toMatchObject({ 'page[after]': 'evt-1' }))
})

test('a reader cannot export, and learns why', async () => {
  await open('', true)
  const button = await screen.findByRole('button', { name: 'Export' })
  expect(button.getAttribute('aria-disabled')).toBe('true')
  expect(document.getElementById(button.getAttribute('aria-describedby') ?? '')?.textContent).toContain('event.export')
})

test('events are told in words', () => {
  const { verb, object, place, to } = sentenceOf(confirmed, 'acme')
  expect(`dana ${verb} ${object} in ${place?.name}`).toBe('dana confirmed run Encrypt orders in shop')
  expect(to).toBe('/app/acme/workspaces/shop/runs/run-1')
  expect(sentenceOf({ ...confirmed, action: 'run.errored' }, 'acme')).toMatchObject({ isPassive: true, verb: 'Run', end: 'failed' })
  const given = { ...confirmed, action: 'role-assignment.created', 'object-kind': 'role-assignment', changes: { role: 'write' } as never }
  expect(sentenceOf(given, 'acme')).toMatchObject({ verb: 'gave the role', object: 'write' })
})
