import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { expect, test, vi } from 'vitest'
import { EventHub, keepFresh, type LiveEvent } from './events'
import { messages, stream } from './stream'

const bytes = (...texts: string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const text of texts) controller.enqueue(new TextEncoder().encode(text))
      controller.close()
    },
  })

const event = (id: string) => ({ id, type: 'events', attributes: { 'object-kind': 'run', 'object-id': 'run-1' } }) as unknown as LiveEvent
const message = (position: number) => `id: ${position}\nevent: event\ndata: ${JSON.stringify(event(`event-${position}`))}\n\n`

test('a message may come in pieces; comments are only life', async () => {
  const heard = []
  const life = vi.fn()
  for await (const one of messages(bytes(': keep\n\n', 'id: 7\nevent: ev', 'ent\ndata: a\n', 'data: b\n\n'), life)) heard.push(one)
  expect(heard).toEqual([{ id: '7', event: 'event', data: 'a\nb' }])
  expect(life).toHaveBeenCalledTimes(4)
})

test('after a break the stream goes on from the last position, without losing or repeating', async () => {
  const positions: (string | null)[] = []
  const parts = [[message(1), message(2)], [message(3)]]
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    positions.push(new Headers(init.headers).get('last-event-id'))
    const part = parts.shift()
    return Promise.resolve(part ? new Response(bytes(...part)) : new Response(new ReadableStream()))
  })
  const hub = new EventHub()
  const heard: string[] = []
  hub.listen((one) => heard.push(one.id))
  hub.follow('larkfield')
  await vi.waitFor(() => expect(hub.connection() === 'live' && positions.length === 3).toBe(true), { timeout: 5_000 })
  hub.stop()
  vi.unstubAllGlobals()
  expect(heard).toEqual(['event-1', 'event-2', 'event-3'])
  expect(positions).toEqual([null, '2', '3'])
})

test('what happened during a break before anything was heard is read again, as nobody tells it', async () => {
  const responses = [new Response(bytes(': begun\n\n')), new Response(new ReadableStream())]
  vi.stubGlobal('fetch', () => Promise.resolve(responses.shift() ?? new Response(new ReadableStream())))
  const hub = new EventHub()
  const queries = new QueryClient()
  const invalidate = vi.spyOn(queries, 'invalidateQueries')
  keepFresh(hub, queries, [])
  hub.follow('larkfield')
  await vi.waitFor(() => expect(invalidate).toHaveBeenCalledOnce(), { timeout: 5_000 })
  hub.stop()
  vi.unstubAllGlobals()
  expect(invalidate).toHaveBeenCalledWith({})
})

test('what was read or asked for before the stream began is read once more; what comes later is not', async () => {
  let open: (response: Response) => void = () => undefined
  vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => (open = resolve)))
  const hub = new EventHub()
  const queries = new QueryClient()
  keepFresh(hub, queries, [])
  const asked: string[] = []
  let answer = () => {}
  const watch = (name: string, read: () => Promise<unknown>) =>
    new QueryObserver(queries, { queryKey: [name], queryFn: () => (asked.push(name), read()) }).subscribe(() => undefined)
  watch('early', () => Promise.resolve(1))
  watch('under way', () => new Promise((resolve) => (answer = () => resolve(1))))
  await vi.waitFor(() => expect(queries.getQueryData(['early'])).toBe(1))
  hub.follow('larkfield')
  open(new Response(new ReadableStream()))
  await vi.waitFor(() => expect(hub.connection()).toBe('live'))
  watch('late', () => Promise.resolve(1))
  answer()
  await vi.waitFor(() => expect(asked.filter((name) => name === 'under way')).toHaveLength(2))
  answer()
  await vi.waitFor(() => expect(queries.isFetching()).toBe(0))
  hub.stop()
  vi.unstubAllGlobals()
  expect(asked.toSorted()).toEqual(['early', 'early', 'late', 'under way', 'under way'])
})

test('a stream that goes silent is given up', async () => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', (_: string, { signal }: { signal: AbortSignal }) => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => signal.addEventListener('abort', () => controller.error(new Error('aborted'))),
    })
    return Promise.resolve(new Response(body))
  })
  const reading = stream('/api/v2/plans/plan-1/log/stream', { signal: new AbortController().signal }).next()
  const refused = reading.catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(50_000)
  expect(String(await refused)).toContain('aborted')
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

test('many events read a query again once', async () => {
  const hub = new EventHub()
  const listeners: ((one: LiveEvent) => void)[] = []
  hub.listen = (listener) => {
    listeners.push(listener)
    return () => undefined
  }
  const queries = new QueryClient()
  const invalidate = vi.spyOn(queries, 'invalidateQueries')
  keepFresh(hub, queries, [(one) => [['run', one.attributes['object-id']]]])
  for (const id of ['1', '2', '3']) listeners[0]?.(event(id))
  await vi.waitFor(() => expect(invalidate).toHaveBeenCalledOnce())
  expect(invalidate).toHaveBeenCalledWith({ queryKey: ['run', 'run-1'] })
})
