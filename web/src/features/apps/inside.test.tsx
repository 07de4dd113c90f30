import { act, screen, waitFor } from '@testing-library/react'
import { http, HttpResponse, ws } from 'msw'
import { describe, expect, test, vi } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { API } from '@/testing/organization-stage'
import { rounded, roundedBytes } from '@/ui/chart'
import { app, isOff, NOTHING, ofShop, one, put, said, server, serving } from './fixture'
import Logs from './logs/page'
import Metrics from './metrics/page'
import { line, milliseconds, short } from './metrics/words'
import ShellPage from './shell/page'
import { openShell, type ShellState } from './shell/session'

serving()

const point = (at: string, changes: object = {}) => ({
  at, units: 2, processor: 310, memory: 421_527_552, 'memory-percent': 39, received: 10, sent: 20, requests: 30, errors: 0, 'p50-ms': 4, 'p95-ms': 91, 'p99-ms': 200, ...changes,
})

describe('metrics', () => {
  const answer = (points: readonly object[]) =>
    http.get(`${API}/apps/app-1/metrics`, ({ request }) => {
      asked.push(new URL(request.url).searchParams.get('step') ?? '')
      const attributes = { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T11:00:00.000Z', 'step-seconds': 15, points }
      return HttpResponse.json({ data: one('app-1', 'app-metrics', attributes) })
    })
  let asked: string[] = []

  test('are drawn with what they are now, and the address says of when', async () => {
    asked = []
    put()
    server.use(answer([point('2026-11-20T10:10:00.000Z'), point('2026-11-20T10:10:15.000Z', { errors: 3 })]))
    const { user, router, container } = await ofShop(Metrics, '/metrics')
    expect(await screen.findByRole('img', { name: 'Processors, now 0.31' })).toBeDefined()
    expect(screen.getByRole('img', { name: 'Memory, now 402 MiB' })).toBeDefined()
    expect(screen.getByRole('img', { name: 'Requests a second, now 2.00' })).toBeDefined()
    expect(screen.getByRole('img', { name: 'Latency, p95 now 91 ms' })).toBeDefined()
    expect(screen.getByText(/answered with 5xx/)).toBeDefined()
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: '7 days' }))
    expect(router.state.location.search).toEqual({ period: '7d' })
    await waitFor(() => expect(asked).toEqual(['15', '1800']))
    expect(said(screen.getByText(/slipway app metrics/))).toContain('slipway app metrics shop --since 7d')
  })

  test('of a time when nothing ran say so', async () => {
    asked = []
    put()
    server.use(answer([]))
    await ofShop(Metrics, '/metrics')
    expect(await screen.findByText(/Nobody measured anything/)).toBeDefined()
  })

  test('have gaps where nobody measured, and numbers of three digits', () => {
    const points = [point('2026-11-20T10:00:00.000Z'), point('2026-11-20T10:00:15.000Z'), point('2026-11-20T10:02:00.000Z')]
    expect(line(points, 15, ({ units }) => units).map(({ value }) => value)).toEqual([2, 2, null, 2])
    expect([0, 0.314, 12.34, 1204].map(short)).toEqual(['0', '0.31', '12.3', '1,204'])
    expect([3.21, 91.4, 2_100].map(milliseconds)).toEqual(['3.2 ms', '91 ms', '2.1 s'])
    expect([0, 0.3, 7, 12].map(rounded)).toEqual([1, 0.5, 10, 20])
    expect(roundedBytes(400 * 2 ** 20)).toBe(512 * 2 ** 20)
  })
})

describe('what is kept of the log', () => {
  const kept = (unit: string, text: string) => ({ cursor: `${unit}-${text}`, at: '2026-11-20T10:00:00.000Z', unit, text })

  test('is searched, and turned over', async () => {
    put()
    const asked: Record<string, string>[] = []
    server.use(
      http.get(`${API}/apps/app-1/log-lines`, ({ request }) => {
        const query = Object.fromEntries(new URL(request.url).searchParams)
        asked.push(query)
        const attributes = query['cursor'] ? { lines: [kept('web-1-0', 'first Timeout')], 'next-cursor': null } : { lines: [kept('web-2-0', 'a timeout')], 'next-cursor': 'c1' }
        return HttpResponse.json({ data: one('app-1', 'app-log-lines', attributes) })
      }),
    )
    const { user, container } = await ofShop(Logs, '/logs', '?show=kept&text=timeout')
    expect((await screen.findByRole('list', { name: 'Kept lines' })).querySelector('mark')?.textContent).toBe('timeout')
    expect(said(screen.getByText(/slipway app logs/))).toContain('slipway app logs shop --search timeout')
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'Older lines' }))
    expect(await screen.findByText('web-1-0')).toBeDefined()
    expect(screen.queryByRole('button', { name: 'Older lines' })).toBeNull()
    expect(asked).toEqual([
      { search: 'timeout', last: '200', order: 'newest' },
      { search: 'timeout', last: '200', order: 'newest', cursor: 'c1' },
    ])
  })

  test('that is empty says so, and one that cannot be searched says why', async () => {
    put()
    server.use(http.get(`${API}/apps/app-1/log-lines`, () => HttpResponse.json({ data: one('app-1', 'app-log-lines', { lines: [], 'next-cursor': null }) })))
    const empty = await ofShop(Logs, '/logs', '?show=kept')
    expect(await screen.findByText(/Nothing is kept yet/)).toBeDefined()
    empty.unmount()
    server.use(
      http.get(`${API}/apps/app-1/log-lines`, () =>
        HttpResponse.json({ errors: [{ status: '400', code: 'malformed', title: 'malformed', detail: 'That is no expression.' }] }, { status: 400 }),
      ),
    )
    await ofShop(Logs, '/logs', '?show=kept&text=regex:(')
    expect(await screen.findByText('That is no expression.')).toBeDefined()
  })
})

describe('a shell', () => {
  const address = ws.link(`${API.replace(/^http/, 'ws')}/apps/app-1/shell`)

  test('is begun, typed into, resized and told of its end', async () => {
    const heard: unknown[] = []
    server.use(
      address.addEventListener('connection', ({ client }) => {
        client.addEventListener('message', ({ data }) => {
          heard.push(typeof data === 'string' ? JSON.parse(data) : new TextDecoder().decode(data as unknown as ArrayBuffer))
          if (heard.length === 1) {
            client.send(JSON.stringify({ type: 'begun', unit: 'web-2-0' }))
            client.send(new Uint8Array([1, 36, 32]))
          }
          if (heard.length === 3) client.send(JSON.stringify({ type: 'ended', 'exit-code': 3 }))
        })
      }),
    )
    const states: ShellState[] = []
    let output = ''
    const shell = openShell({ app: 'app-1', unit: 'web-2-0', size: { columns: 80, rows: 24 }, onOutput: (bytes) => (output += new TextDecoder().decode(bytes)), onState: (state) => states.push(state) })
    await waitFor(() => expect(output).toBe('$ '))
    shell.resize({ columns: 80, rows: 24 })
    shell.resize({ columns: 100, rows: 30 })
    shell.type('exit 3\r')
    await waitFor(() => expect(states.at(-1)).toEqual({ phase: 'ended', exitCode: 3 }))
    expect(states.map(({ phase }) => phase)).toEqual(['connecting', 'open', 'ended'])
    expect(heard).toEqual([
      { type: 'begin', terminal: { columns: 80, rows: 24 }, reads: true, unit: 'web-2-0' },
      { type: 'resize', columns: 100, rows: 30 },
      'exit 3\r',
    ])
    shell.close()
  })

  test('whose connection breaks is over', async () => {
    server.use(address.addEventListener('connection', ({ client }) => client.close()))
    const states: ShellState[] = []
    openShell({ app: 'app-1', size: { columns: 80, rows: 24 }, onOutput: () => {}, onState: (state) => states.push(state) })
    await waitFor(() => expect(states.at(-1)?.phase).toBe('failed'))
  })

  test('is opened in the unit that was chosen, and its end is said', async () => {
    put()
    const { user, router, container } = await ofShop(ShellPage, '/shell')
    expect(await screen.findByText('Open a shell')).toBeDefined()
    await user.selectOptions(screen.getByLabelText('Unit'), 'web-12-0')
    expect(router.state.location.search).toEqual({ unit: 'web-12-0' })
    expect(said(screen.getByText(/slipway app shell/))).toContain('slipway app shell shop --unit web-12-0')
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'Open a shell' }))
    expect(await screen.findByText('Terminal of app-1 in web-12-0')).toBeDefined()
    expect(await screen.findByText('In web-12-0. Ctrl-D or exit ends it.')).toBeDefined()
    expect(screen.queryByLabelText('Unit')).toBeNull()
    expect(screen.getByRole('button', { name: 'Close the shell' })).toBeDefined()
    act(() => terminal.tell({ phase: 'failed', reason: 'The unit is gone.' }))
    expect(await screen.findByText('The unit is gone.')).toBeDefined()
    expect(screen.getByRole('button', { name: 'Open another' })).toBeDefined()
  })

  test('is not for who may not', async () => {
    put({ shown: app({ permissions: NOTHING }) })
    await ofShop(ShellPage, '/shell')
    expect(isOff(await screen.findByRole('button', { name: 'Open a shell' }))).toBe(true)
  })
})

/** In place of the terminal itself, which needs a browser: the flow has it. */
const terminal = vi.hoisted((): { tell: (state: object) => void } => ({ tell: () => {} }))
vi.mock('./shell/terminal', async () => {
  const { useEffect } = await import('react')
  return {
    Terminal: ({ app: id, unit, onState }: { app: string; unit: string; onState: (state: object) => void }) => {
      terminal.tell = onState
      useEffect(() => onState({ phase: 'open', unit }), [onState, unit])
      return <p>{`Terminal of ${id} in ${unit}`}</p>
    },
  }
})
