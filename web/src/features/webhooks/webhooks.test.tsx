import { screen, waitFor } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, acme, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import DeliveryPage from './delivery-page'
import WebhookPage from './page'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const DELIVERY = { event: 'push', state: 'handled', note: 'Two branches moved.', 'received-at': '2026-11-21T06:00:00.000Z', 'handled-at': '2026-11-21T06:00:01.000Z', 'body-bytes': 17, redeliveries: 0 }

function put(held: readonly string[], state = 'set', error: string | null = null) {
  const answers = held.map((permission) => ({ id: permission, type: 'access-explanations', attributes: { permission, 'is-allowed': true } }))
  const hook = { state, error, url: 'https://slipway.example.com/webhooks/wh-1', 'remote-id': '7', refused: 3, 'refused-at': '2026-11-21T06:00:00.000Z' }
  server.use(
    http.get(`${ACME}/access-explanations`, () => HttpResponse.json(listOf(answers))),
    ...acme(),
    http.get(`${API}/repositories/repo-1/webhook`, () => HttpResponse.json({ data: { id: 'wh-1', type: 'webhooks', attributes: hook } })),
    http.get(`${API}/repositories/repo-1/deliveries`, () => HttpResponse.json(listOf([{ id: 'whd-1', type: 'webhook-deliveries', attributes: DELIVERY }]))),
  )
}

const open = () =>
  show(
    <Suspense>
      <WebhookPage />
    </Suspense>,
    { path: '/app/$organization/repositories/$repository/webhook', at: '/app/acme/repositories/repo-1/webhook' },
  )

test('a secret that has to be set by hand is shown once after it was rotated', async () => {
  put(['webhook.read', 'webhook.manage'])
  server.use(
    http.post(`${API}/repositories/repo-1/actions/rotate-secret`, () =>
      HttpResponse.json({ data: { id: 'wh-1', type: 'webhooks', attributes: { state: 'wanted', refused: 0, secret: 'new-secret' } } }),
    ),
  )
  const { user, container } = await open()
  expect(await screen.findByText(/3 deliveries without the right signature/)).toBeDefined()
  expect(await screen.findByText('Two branches moved.')).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Rotate the secret…' }))
  await user.click(await screen.findByRole('button', { name: 'Rotate secret' }))
  expect(await screen.findByText('new-secret')).toBeDefined()
})

test('deliveries say what came of them, are filtered, and are handled again from the list', async () => {
  put(['webhook.read', 'webhook.manage'])
  const asked: string[] = []
  let isAgain = false
  const deliveries = () => [
    { id: 'whd-1', type: 'webhook-deliveries', attributes: { ...DELIVERY, note: null, ...(isAgain && { redeliveries: 1 }) } },
    { id: 'whd-2', type: 'webhook-deliveries', attributes: { ...DELIVERY, event: 'comment', state: 'ignored', note: null } },
    { id: 'whd-3', type: 'webhook-deliveries', attributes: { ...DELIVERY, event: 'pull-request', state: 'failed', note: 'The forge is away.' } },
  ]
  server.use(
    http.get(`${API}/repositories/repo-1/deliveries`, ({ request }) => {
      const state = new URL(request.url).searchParams.get('filter[state]')
      asked.push(state ?? 'all')
      return HttpResponse.json(listOf(deliveries().filter(({ attributes }) => state === null || attributes.state === state)))
    }),
    http.post(`${API}/deliveries/whd-1/actions/redeliver`, () => {
      isAgain = true
      return HttpResponse.json({ data: deliveries()[0] })
    }),
  )
  const { user, router } = await open()
  expect(await screen.findByText('Fetched and announced.')).toBeDefined()
  expect(screen.getByText('No command for Slipway.')).toBeDefined()
  expect(screen.getByText('The forge is away.')).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'Deliver again: push' }))
  await waitFor(() => expect(screen.getByText('1×')).toBeDefined())
  await router.navigate({ to: '.', search: { state: 'failed' } as never })
  await waitFor(() => expect(screen.queryByText('No command for Slipway.')).toBeNull())
  expect(asked.at(-1)).toBe('failed')
})

test('where it cannot be set the reason is said; who may not look at deliveries is told so', async () => {
  put(['repository.read'], 'impossible', 'Nobody outside can reach this server.')
  await open()
  expect(await screen.findByText('Nobody outside can reach this server.')).toBeDefined()
  expect(await screen.findByText('You may not look at deliveries')).toBeDefined()
  expect(screen.getByRole('button', { name: 'Set it now' }).getAttribute('aria-disabled')).toBe('true')
})

test('a delivery shows what came, and is handled again', async () => {
  put(['webhook.read', 'webhook.manage'])
  let attributes = { ...DELIVERY, headers: { 'x-gitea-event': 'push' }, body: '{"ref":"main"}' }
  server.use(
    http.get(`${API}/deliveries/whd-1`, () => HttpResponse.json({ data: { id: 'whd-1', type: 'webhook-deliveries', attributes } })),
    http.post(`${API}/deliveries/whd-1/actions/redeliver`, () => {
      attributes = { ...attributes, redeliveries: 1 }
      return HttpResponse.json({ data: { id: 'whd-1', type: 'webhook-deliveries', attributes } })
    }),
  )
  const { user } = await show(
    <Suspense>
      <DeliveryPage />
    </Suspense>,
    { path: '/app/$organization/repositories/$repository/webhook/$delivery', at: '/app/acme/repositories/repo-1/webhook/whd-1' },
  )
  expect(await screen.findByText('x-gitea-event')).toBeDefined()
  expect(screen.getByRole('group', { name: 'Body' }).textContent).toContain('"ref": "main"')
  await user.click(screen.getByRole('button', { name: 'Deliver again' }))
  await waitFor(() => expect(screen.getByText('1 time')).toBeDefined())
})
