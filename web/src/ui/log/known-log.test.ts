import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { StreamedLog, UnitLog } from './known-log'

const HERE = window.location.origin
const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const textOf = (log: StreamedLog | UnitLog) => [...log.store.lines()].map(([, line]) => line.replace(/^.*\[0m /, ''))

test('what units write goes on after a break, and no line is there twice', async () => {
  const at = (second: number, text: string) => `2026-11-20T10:00:0${second}.000Z web-1-0 ${text}\n`
  const parts = [at(1, 'one') + at(1, 'one') + at(2, 'two'), at(1, 'one') + at(2, 'two') + at(3, 'three')]
  server.use(http.get(`${HERE}/api/v2/apps/app-1/logs`, () => (parts.length > 0 ? new HttpResponse(parts.shift(), { headers: { 'content-type': 'text/plain' } }) : new HttpResponse(new ReadableStream()))))
  const log = new UnitLog(`${HERE}/api/v2/apps/app-1/logs`, { process: '', name: 'shop.log' })
  void log.open()
  await vi.waitFor(() => expect(textOf(log)).toEqual(['one', 'one', 'two', 'three']), 5_000)
  expect(await log.search('TWO')).toMatchObject({ lines: [3], total: 1 })
  log.close()
})

test('what is refused says so', async () => {
  server.use(http.get(`${HERE}/api/v2/apps/app-1/logs`, () => HttpResponse.json({ errors: [{ status: '503', code: 'unavailable', title: 'unavailable', detail: 'The engine does not answer.' }] }, { status: 503 })))
  const log = new UnitLog(`${HERE}/api/v2/apps/app-1/logs`, { process: '', name: 'shop.log' })
  await log.open()
  expect([log.read().phase, log.read().error?.message]).toEqual(['failed', 'The engine does not answer.'])
})

test('a log that ends goes on from where it broke', async () => {
  const asked: (string | null)[] = []
  const parts = ['event: log\nid: 4\ndata: {"line": 1, "text": "one\\n"}\n\n', 'event: log\nid: 8\ndata: {"line": 2, "text": "two\\n"}\n\nevent: end\ndata: {}\n\n']
  server.use(
    http.get(`${HERE}/api/v2/deploys/deploy-1/log/stream`, ({ request }) => {
      asked.push(new URL(request.url).searchParams.get('offset'))
      return new HttpResponse(parts.shift(), { headers: { 'content-type': 'text/event-stream' } })
    }),
  )
  const log = new StreamedLog(`${HERE}/api/v2/deploys/deploy-1/log`)
  await log.open()
  expect(textOf(log)).toEqual(['one', 'two'])
  expect(asked).toEqual(['0', '4'])
  expect(log.read()).toMatchObject({ phase: 'ready', isComplete: true, total: 2 })
  log.close()
  await log.open()
  expect(log.read().phase).toBe('ready')
})
