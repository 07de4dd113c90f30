import { isNotFound } from '@tanstack/react-router'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ApiError } from './errors'
import { call } from './query'

const ORIGIN = window.location.origin
let tokens = ['old', 'new']
const server = setupServer(
  http.get(`${ORIGIN}/api/v2/account/session`, () =>
    HttpResponse.json({ data: { id: 'session-1', type: 'sessions', attributes: { 'csrf-token': tokens.shift() ?? 'new' } } }),
  ),
)

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const update = () =>
  call('patch', '/api/v2/account/update', { body: { data: { type: 'users', attributes: { username: 'dana' } } } })

test('what changes something repeats the session’s token, and asks for it again when the session is another one', async () => {
  tokens = ['old', 'new']
  const given: (string | null)[] = []
  server.use(
    http.patch(`${ORIGIN}/api/v2/account/update`, ({ request }) => {
      given.push(request.headers.get('x-csrf-token'))
      expect(request.headers.get('content-type')).toBe('application/vnd.api+json')
      if (given.at(-1) !== 'new') return HttpResponse.json({ errors: [] }, { status: 403 })
      return HttpResponse.json({ data: { id: 'user-1', type: 'users', attributes: {} } }, { headers: { etag: '"3"' } })
    }),
  )
  expect(await update()).toMatchObject({ data: { id: 'user-1' }, etag: '"3"' })
  expect(given).toEqual(['old', 'new'])
})

test('a refusal becomes an error that knows its fields', async () => {
  const error = {
    status: '422', code: 'invalid', title: 'Not accepted', detail: 'dana is taken.',
    source: { pointer: '/data/attributes/username' }, meta: { 'request-id': 'req-1' },
  }
  server.use(http.patch(`${ORIGIN}/api/v2/account/update`, () => HttpResponse.json({ errors: [error] }, { status: 422 })))
  const thrown = await update().catch((caught: unknown) => caught)
  expect(thrown).toBeInstanceOf(ApiError)
  const refusal = thrown as ApiError
  expect([refusal.status, refusal.code, refusal.requestId, refusal.field('username')]).toEqual([422, 'invalid', 'req-1', 'dana is taken.'])
})

test('no answer is an error that says so', async () => {
  server.use(http.patch(`${ORIGIN}/api/v2/account/update`, () => HttpResponse.error()))
  await expect(update()).rejects.toMatchObject({ code: 'offline', title: 'Not connected' })
})

test('what is not there is no missing page of the router, which would take the whole console with it', () => {
  const missing = new ApiError(404, 'not-found', 'Not found', 'There is no team "t".')
  expect(missing.isMissing).toBe(true)
  expect(isNotFound(missing)).toBe(false)
})
