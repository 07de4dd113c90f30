import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { describe, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import DeployPage from './deploys/one-page'
import Deploys from './deploys/page'
import Env from './env/page'
import { app, attributesOf, deploy, isOff, NOTHING, ofShop, open, put, said, sent, server, serving, T0 } from './fixture'
import NewApp from './form/new-page'
import Apps from './list/page'
import Logs from './logs/page'
import AppFrame from './one/frame'
import AppPage from './one/page'
import type { App } from './queries'
import Settings from './settings/page'
import Versions from './versions/page'

serving()

describe('the list', () => {
  const list = async (rows: readonly App[], search = '') => {
    const asked: Record<string, string>[] = []
    put()
    server.use(
      http.get(`${ACME}/apps`, ({ request }) => {
        asked.push(Object.fromEntries(new URL(request.url).searchParams))
        return HttpResponse.json(listOf(rows))
      }),
    )
    return { ...(await open(Apps, 'apps', `apps${search}`)), asked }
  }

  test('without any it says how to begin', async () => {
    const { container } = await list([])
    expect(await screen.findByText('No app runs here yet')).toBeDefined()
    expect(screen.getByRole('link', { name: 'New app' }).getAttribute('href')).toBe('/app/acme/new-app')
    const { textContent } = screen.getByText(/slipway app create web/)
    expect(textContent).toContain('slipway app deploy --app web')
    await expectAccessible(container)
  })

  test('says how each is and why, and where it answers; it is asked by filter', async () => {
    const { container, asked } = await list([app()], '?status=degraded&project=prj-1&pool=pool-1&label=team%3Dshop')
    const table = within(await screen.findByRole('table', { name: 'Apps' }))
    expect((await table.findByRole('link', { name: 'shop' })).getAttribute('href')).toBe('/app/acme/apps/shop')
    expect(table.getByText('Degraded')).toBeDefined()
    expect(table.getByText('One of 3 units of web is not ready.')).toBeDefined()
    expect(table.getByText('3 of 4 ready')).toBeDefined()
    expect(table.getByText('v7')).toBeDefined()
    expect(table.getByRole('link', { name: /shop.apps.example.com/ }).getAttribute('href')).toBe('https://shop.apps.example.com')
    expect(asked[0]).toEqual({ 'filter[status]': 'degraded', 'filter[project][id]': 'prj-1', 'filter[pool][id]': 'pool-1', 'filter[label]': 'team=shop', 'page[size]': '50' })
    await expectAccessible(container)
  })
})

describe('the form', () => {
  test('of a new one sends what was chosen, and is the command beside it', async () => {
    put()
    const { user, container, router } = await open(NewApp, 'new-app')
    await user.type(await screen.findByLabelText('Name'), 'shop')
    await user.type(screen.getByLabelText(/^Description/), 'The shop')
    await user.click(await screen.findByLabelText(/^Plan/))
    await user.click(await screen.findByRole('option', { name: /large/, hidden: true }))
    expect(said(screen.getByText(/slipway app create shop/))).toContain("--plan large --description 'The shop'")
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'Create app' }))
    await waitFor(() => expect(sent).toEqual([['POST /organizations/acme/apps', { name: 'shop', description: 'The shop', labels: [], plan: 'large' }]]))
    await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/apps/shop'))
  })

  test('says what the server refuses at its field', async () => {
    put()
    server.use(
      http.post(`${ACME}/apps`, () =>
        HttpResponse.json({ errors: [{ status: '422', code: 'invalid', title: 'Invalid', detail: 'A name begins with a letter.', source: { pointer: '/data/attributes/name' } }] }, { status: 422 }),
      ),
    )
    const { user } = await open(NewApp, 'new-app')
    await user.click(await screen.findByRole('button', { name: 'Create app' }))
    expect(await screen.findByText('Give it a name.')).toBeDefined()
    await user.type(screen.getByLabelText('Name'), '1shop')
    await user.click(screen.getByRole('button', { name: 'Create app' }))
    await waitFor(() => expect(screen.getByLabelText('Name').getAttribute('aria-invalid')).toBe('true'))
    expect(screen.getAllByText('A name begins with a letter.').length).toBeGreaterThan(0)
  })
})

describe('one app', () => {
  test('shows its processes, its units and the deploy that goes on', async () => {
    put({ shown: app({ 'active-deploy': 'deploy-1' }) })
    const { user, container } = await ofShop(AppPage)
    expect(await screen.findByRole('progressbar', { name: 'Steps that are done' })).toBeDefined()
    expect(screen.getByRole('link', { name: 'Follow its log' }).getAttribute('href')).toBe('/app/acme/apps/shop/deploys/deploy-1')
    const units = within(await screen.findByRole('table', { name: 'Units' }))
    expect(await units.findByText('web-12-0')).toBeDefined()
    expect(units.getByText('Crashing')).toBeDefined()
    expect(units.getByText('It ended with 1.')).toBeDefined()
    const processes = within(screen.getByRole('table', { name: 'Processes' }))
    expect(processes.getByText('2 of 3')).toBeDefined()
    expect(processes.getByText('as the image says')).toBeDefined()
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'Cancel the deploy' }))
    await waitFor(() => expect(sent).toEqual([['POST /deploys/deploy-1/actions/cancel', null]]))
  })

  test('is scaled by its processes', async () => {
    put({ deploys: [] })
    const { user } = await ofShop(AppPage)
    await user.click(await screen.findByRole('button', { name: 'One unit of web more' }))
    await user.click(screen.getByRole('button', { name: 'One unit of worker less' }))
    expect(said(screen.getByText(/slipway app scale/))).toContain('slipway app scale web=4 worker=0 --app shop')
    expect(isOff(screen.getByRole('button', { name: 'One unit of worker less' }))).toBe(true)
    await user.click(screen.getByRole('button', { name: 'Scale' }))
    await waitFor(() => expect(sent).toEqual([['POST /apps/app-1/actions/scale', { units: { web: 4, worker: 0 } }]]))
  })

  test('that was never deployed says how that is done', async () => {
    put({ shown: app({ status: 'new', reason: '', processes: [], urls: [], 'live-version': null }), deploys: [] })
    await ofShop(AppPage)
    expect(await screen.findByText('Nothing was deployed yet')).toBeDefined()
    expect(screen.getByText(/slipway app deploy --app shop/)).toBeDefined()
  })

  test('gets an image, and leads to the deploy', async () => {
    put()
    const { user, container, router } = await ofShop(AppFrame)
    expect(await screen.findByText('One of 3 units of web is not ready.')).toBeDefined()
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'Deploy…' }))
    await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/apps/shop/deploy'))
  })

  test('is restarted, stopped, and deleted once its name was typed', async () => {
    put()
    const { user, unmount } = await ofShop(AppFrame)
    const choose = async (name: string) => {
      await user.click(await screen.findByRole('button', { name: 'More actions' }))
      await user.click(await screen.findByRole('menuitem', { name }))
    }
    await choose('Stop')
    await waitFor(() => expect(sent.at(-1)?.[0]).toBe('POST /apps/app-1/actions/stop'))
    await choose('Delete…')
    const dialog = within(await screen.findByRole('dialog'))
    expect(isOff(dialog.getByRole('button', { name: 'Delete app' }))).toBe(true)
    await user.type(dialog.getByLabelText(/to confirm/), 'shop')
    await user.click(dialog.getByRole('button', { name: 'Delete app' }))
    await waitFor(() => expect(sent.at(-1)?.[0]).toBe('DELETE /apps/app-1'))
    unmount()
    await ofShop(AppFrame)
    await choose('Restart…')
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Restart' }))
    await waitFor(() => expect(sent.at(-1)?.[0]).toBe('POST /apps/app-1/actions/restart'))
  })

  test('that somebody may only see has no button that does anything, and says why', async () => {
    put({ shown: app({ permissions: NOTHING }) })
    const { user, unmount } = await ofShop(AppFrame)
    expect(isOff(await screen.findByRole('button', { name: 'Deploy…' }))).toBe(true)
    await user.click(screen.getByRole('button', { name: 'More actions' }))
    for (const name of [/^Restart/, /^Roll back/, /^Stop/, /^Delete/]) expect(isOff(await screen.findByRole('menuitem', { name }))).toBe(true)
    unmount()
    const page = await ofShop(AppPage)
    expect(isOff(await screen.findByRole('button', { name: 'One unit of web more' }))).toBe(true)
    page.unmount()
    const env = await ofShop(Env, '/variables')
    expect(await screen.findByText(/app\.env\.read/)).toBeDefined()
    env.unmount()
    await ofShop(Logs, '/logs')
    expect(await screen.findByText(/app\.log\.read/)).toBeDefined()
  })

  test('waits while a deploy goes on', async () => {
    put({ shown: app({ 'active-deploy': 'deploy-1' }) })
    await ofShop(AppFrame)
    expect(isOff(await screen.findByRole('button', { name: 'Deploy…' }))).toBe(true)
  })
})

describe('deploys', () => {
  test('are listed with what they brought', async () => {
    put({ deploys: [deploy({ status: 'failed', reason: 'No.', 'ended-at': T0 })] })
    const { container } = await ofShop(Deploys, '/deploys')
    expect((await screen.findByRole('link', { name: 'The new checkout' })).getAttribute('href')).toBe('/app/acme/apps/shop/deploys/deploy-1')
    expect(screen.getByText('Failed')).toBeDefined()
    expect(screen.getByText('health')).toBeDefined()
    await expectAccessible(container)
  })

  test('show their steps and their log as it is written, which is searched here', async () => {
    put()
    const body = ['event: log\nid: 20\ndata: {"line": 1, "text": "==> Starting\\nhalf"}\n\n', 'event: log\nid: 30\ndata: {"line": 2, "text": " a line\\n"}\n\n', 'event: end\ndata: {}\n\n']
    server.use(
      http.get(`${API}/deploys/deploy-1/log/stream`, ({ request }) => {
        const query = new URL(request.url).searchParams
        expect([query.get('offset'), query.get('numbered')]).toEqual(['0', 'true'])
        return new HttpResponse(body.join(''), { headers: { 'content-type': 'text/event-stream' } })
      }),
    )
    const { user, container, router } = await ofShop(DeployPage, '/deploys/$deploy')
    expect(await screen.findByText('half a line')).toBeDefined()
    expect(screen.getByText('2 lines')).toBeDefined()
    const steps = within(screen.getByRole('list', { name: 'Steps' })).getAllByRole('listitem')
    await within(steps[3] as HTMLElement).findByText('1 of 2 new units ready.')
    expect(steps.map((step) => step.querySelector('b')?.textContent)).toEqual(['Build', 'Release', 'Start', 'Health', 'Route', 'Drain'])
    expect(steps.map((step) => step.querySelector('small')?.textContent)).toEqual([undefined, undefined, undefined, '1 of 2 new units ready.', undefined, undefined])
    // Since it came to its step.
    expect(steps[3]?.textContent).toMatch(/^Health(\d+:)+\d/)
    expect(steps.findIndex((step) => step.getAttribute('aria-current') === 'step')).toBe(3)
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'Search the log' }))
    await user.type(screen.getByLabelText('Find in the log'), 'LINE')
    expect(await screen.findByText('1 of 1')).toBeDefined()
    expect(router.state.location.search).toEqual({ find: 'LINE' })
  })

  test('that failed say why, and what still runs', async () => {
    put({ deploys: [deploy({ status: 'failed', reason: 'Unit `web-12-0` did not get ready within 60 s.', 'ended-at': T0 })] })
    server.use(http.get(`${API}/deploys/deploy-1/log/stream`, () => new HttpResponse('event: end\ndata: {}\n\n', { headers: { 'content-type': 'text/event-stream' } })))
    await ofShop(DeployPage, '/deploys/$deploy')
    expect(await screen.findByText('Its units did not get ready')).toBeDefined()
    expect(screen.getByRole('list', { name: 'Steps' }).textContent).toContain('It failed here.')
    expect(screen.getByText(/v7 is still what runs/)).toBeDefined()
    expect(screen.queryByRole('button', { name: 'Cancel the deploy' })).toBeNull()
    expect(await screen.findByText('Nothing was written.')).toBeDefined()
  })
})

test('a version that ran before is run again', async () => {
  put()
  const { user, container } = await ofShop(Versions, '/versions')
  expect(await screen.findByText('runs')).toBeDefined()
  expect(screen.queryByRole('button', { name: 'Roll back to version 7' })).toBeNull()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Roll back to version 6' }))
  const dialog = within(await screen.findByRole('dialog'))
  expect(said(dialog.getByText(/slipway app rollback/))).toContain('slipway app rollback 6 --app shop')
  await user.click(dialog.getByRole('button', { name: 'Roll back' }))
  await waitFor(() => expect(sent).toEqual([['POST /apps/app-1/actions/rollback', { 'app-version': 6, message: '' }]]))
})

describe('variables', () => {
  test('are shown but for secrets; those that a tool keeps are changed there', async () => {
    put()
    const { container } = await ofShop(Env, '/variables')
    const table = within(await screen.findByRole('table', { name: 'Variables' }))
    expect(await table.findByText('debug')).toBeDefined()
    expect(table.getByText('sensitive')).toBeDefined()
    expect(table.getByText('ORDERS_DB_URL')).toBeDefined()
    expect(isOff(table.getByRole('button', { name: 'Unset QUEUE' }))).toBe(true)
    await expectAccessible(container)
  })

  test('are set, with no secret in the command', async () => {
    put()
    const { user } = await ofShop(Env, '/variables')
    await user.click(await screen.findByRole('button', { name: 'Set a variable…' }))
    const dialog = within(await screen.findByRole('dialog'))
    await user.type(dialog.getByLabelText('Name'), 'TOKEN')
    await user.click(dialog.getByLabelText(/^Private/))
    const value = dialog.getByLabelText('Value')
    expect(value.getAttribute('type')).toBe('password')
    await user.type(value, 'hush')
    await user.click(dialog.getByLabelText(/^Wait for the next/))
    expect(said(dialog.getByText(/slipway app env set/))).toContain('slipway app env set TOKEN --private --staged --app shop')
    await user.click(dialog.getByRole('button', { name: 'Set it' }))
    await waitFor(() => expect(sent).toEqual([['PATCH /apps/app-1/env', { set: [{ name: 'TOKEN', process: '', value: 'hush', 'is-private': true }], staged: true }]]))
  })

  test('that are private are not emptied by who only looks at the form', async () => {
    put()
    const { user } = await ofShop(Env, '/variables')
    await user.click(await screen.findByRole('button', { name: 'Change API_KEY' }))
    const dialog = within(await screen.findByRole('dialog'))
    await user.click(dialog.getByRole('button', { name: 'Set it' }))
    expect(await dialog.findByText(/Type its new value/)).toBeDefined()
    expect(sent).toEqual([])
  })

  test('are unset', async () => {
    put()
    const { user } = await ofShop(Env, '/variables')
    await user.click(await screen.findByRole('button', { name: 'Unset LOG_LEVEL' }))
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Unset it' }))
    await waitFor(() => expect(sent).toEqual([['PATCH /apps/app-1/env', { unset: [{ name: 'LOG_LEVEL', process: '' }], staged: false }]]))
  })
})

test('what units write is followed, by process', async () => {
  put()
  const asked: Record<string, string>[] = []
  server.use(
    http.get(`${API}/apps/app-1/logs`, ({ request }) => {
      asked.push(Object.fromEntries(new URL(request.url).searchParams))
      const lines = new ReadableStream({
        start(controller) {
          const encoder = new TextEncoder()
          controller.enqueue(encoder.encode(`${T0} web-12-0 listening\n${T0} web-12-`))
          controller.enqueue(encoder.encode('1 got a request\n'))
        },
      })
      return new HttpResponse(lines, { headers: { 'content-type': 'text/plain' } })
    }),
  )
  const { user, container } = await ofShop(Logs, '/logs')
  expect(await screen.findByText(/listening/)).toBeDefined()
  expect(screen.getByText(/got a request/)).toBeDefined()
  expect(screen.getByText(/web-12-1$/)).toBeDefined()
  expect(asked[0]).toEqual({ lines: '1000', follow: 'true' })
  await expectAccessible(container)
  await user.selectOptions(screen.getByLabelText('Process'), 'worker')
  await waitFor(() => expect(asked.at(-1)).toEqual({ lines: '1000', follow: 'true', process: 'worker' }))
  expect(said(screen.getByText(/slipway app logs/))).toContain('slipway app logs shop --follow --process worker')
})

test('settings send what differs, with the version that was read', async () => {
  put()
  let match: string | null = null
  server.use(
    http.patch(`${API}/apps/app-1`, async ({ request }) => {
      match = request.headers.get('if-match')
      sent.push(['PATCH', await attributesOf(request)])
      return HttpResponse.json({ data: app({ description: 'New' }) }, { headers: { etag: '"6"' } })
    }),
  )
  const { user, container } = await ofShop(Settings, '/settings')
  const description = await screen.findByLabelText(/^Description/)
  expect(isOff(screen.getByRole('button', { name: 'Save' }))).toBe(true)
  await expectAccessible(container)
  await user.clear(description)
  await user.type(description, 'New')
  expect(said(screen.getByText(/slipway app update/))).toContain('slipway app update shop --description New')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toEqual([['PATCH', { description: 'New' }]]))
  expect(match).toBe('"5"')
  await waitFor(() => expect(isOff(screen.getByRole('button', { name: 'Save' }))).toBe(true))
})

test('one app has amounts of its own, as a whole, and a quota', async () => {
  put({ shown: app({ 'plan-override': { memory: 402_653_184, burst: 150 } }) })
  server.use(
    http.patch(`${API}/apps/app-1`, async ({ request }) => {
      sent.push(['PATCH /apps/app-1', await attributesOf(request)])
      return HttpResponse.json({ data: app() }, { headers: { etag: '"6"' } })
    }),
  )
  const { user } = await ofShop(Settings, '/settings')
  const memory = await screen.findByLabelText(/^Memory/)
  expect((memory as HTMLInputElement).value).toBe('384')
  await user.clear(memory)
  await user.type(screen.getByLabelText(/^Processor/), 'much')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  expect(await screen.findByText(/as 0\.5, or nothing/)).toBeDefined()
  await user.clear(screen.getByLabelText(/^Processor/))
  await user.type(screen.getByLabelText(/^Processor/), '0.25')
  expect(said(screen.getByText(/slipway app update shop/))).toContain('--as-planned --processor 0.25')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toEqual([['PATCH /apps/app-1', { 'plan-override': { processor: 250, burst: 150 } }]]))
  await user.click(screen.getByRole('button', { name: 'Change…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.clear(dialog.getByLabelText(/^Units/))
  await user.type(dialog.getByLabelText(/^Units/), '8')
  expect(said(dialog.getByText(/slipway quota set/))).toContain('slipway quota set --app shop --units 8')
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent.at(-1)).toEqual(['PATCH /apps/app-1/quota', { units: 8 }]))
})
