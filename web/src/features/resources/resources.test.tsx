import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { type ReactNode, Suspense } from 'react'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import AllChanges from './changes/all-page'
import ChangesPage from './changes/page'
import { change, network, put, sent } from './fixture'
import Resources from './list/page'
import ResourceFrame from './one/frame'
import ResourcePage from './one/page'
import RevisionsPage from './one/revisions-page'
import ValuesPage from './one/values-page'
import { staleWords, typeWords } from './words'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const at = (page: ReactNode, tab = '', search = '') =>
  show(
    <Suspense>
      <ResourceFrame />
      {page}
    </Suspense>,
    { path: `/app/$organization/resources/$resource${tab && `/${tab}`}`, at: `/app/acme/resources/res-1${tab && `/${tab}`}${search}` },
  )

const open = { change: { data: { id: 'chg-1', type: 'resource-changes' } } }
const button = (name: string | RegExp) => screen.findByRole('button', { name })

describe('the list', () => {
  const list = (rows: readonly object[], search = '') => {
    const asked: Record<string, string>[] = []
    server.use(
      http.get(`${ACME}/resources`, ({ request }) => {
        asked.push(Object.fromEntries(new URL(request.url).searchParams))
        return HttpResponse.json(listOf(rows))
      }),
      ...put(),
    )
    const shown = show(
      <Suspense>
        <Resources />
      </Suspense>,
      { path: '/app/$organization/resources', at: `/app/acme/resources${search}` },
    )
    return shown.then((page) => ({ ...page, asked }))
  }

  test('without any it says what they are, with the way to order one', async () => {
    const { container } = await list([])
    expect(await screen.findByText('Nothing was ordered yet')).toBeDefined()
    expect(screen.getByRole('link', { name: 'Order a resource' }).getAttribute('href')).toBe('/app/acme/resources/new')
    await expectAccessible(container)
  })

  test('says how each stands, and is asked by filter', async () => {
    const stale = { parent: 'res-region', what: 'output', name: 'zones', revision: 3, since: '2026-11-20T10:00:00.000Z' }
    const { container, asked } = await list([network({ stale: [stale] }, open)], '?stale=true&project=prj-1&state=provisioned')
    expect(await screen.findByRole('link', { name: 'shop-net' })).toBeDefined()
    const rows = within(screen.getByRole('table', { name: 'Resources' }))
    expect(rows.getByText('Stale')).toBeDefined()
    expect(rows.getByText('a change is open')).toBeDefined()
    expect(asked[0]).toEqual({ 'filter[stale]': 'true', 'filter[project]': 'prj-1', 'filter[state]': 'provisioned', 'page[size]': '50' })
    await expectAccessible(container)
  })
})

describe('the picture', () => {
  const picture = (rows: readonly object[], total = rows.length) => {
    server.use(
      http.get(`${ACME}/resources`, () => {
        const list = listOf(rows)
        return HttpResponse.json({ ...list, meta: { pagination: { ...list.meta.pagination, 'total-count': total } } })
      }),
      ...put(),
    )
    return show(
      <Suspense>
        <Resources />
      </Suspense>,
      { path: '/app/$organization/resources', at: '/app/acme/resources?view=picture' },
    )
  }
  const below = { ...network({ name: 'region-1', template: 'region', parents: [] }), id: 'res-region' }

  test('draws what stands on what, and leaves out what is destroyed', async () => {
    const { container, user } = await picture([network(), below, { ...network({ name: 'gone', state: 'destroyed' }), id: 'res-gone' }])
    const graph = within(await screen.findByRole('group', { name: 'Resources, and what they stand on' }))
    expect(graph.getByRole('link', { name: /shop-net/ }).getAttribute('href')).toBe('/app/acme/resources/res-1')
    expect(graph.getByText('Provisioned. It stands on region-1.')).toBeDefined()
    expect(graph.queryByRole('link', { name: /gone/ })).toBeNull()
    expect(screen.queryByRole('table')).toBeNull()
    await expectAccessible(container)
    await user.click(screen.getByRole('button', { name: 'List' }))
    expect(await screen.findByRole('table', { name: 'Resources' })).toBeDefined()
  })

  test('of too many is none: it is said why, and they are listed', async () => {
    const { container } = await picture([network()], 3_000)
    expect(await screen.findByText('3000 resources are too many for a picture')).toBeDefined()
    expect(screen.getByRole('table', { name: 'Resources' })).toBeDefined()
    await expectAccessible(container)
  })
})

describe('one resource', () => {
  test('shows what it gives, what it stands on, and what stands on it', async () => {
    server.use(...put())
    const { container } = await at(<ResourcePage />)
    const outputs = within(await screen.findByRole('table', { name: 'Outputs' }))
    expect(await outputs.findByText('net-1f2e')).toBeDefined()
    expect(outputs.getByText('map(object({id = string, cidr = string}))')).toBeDefined()
    expect(outputs.getByText('sensitive')).toBeDefined()
    const up = within(await screen.findByRole('navigation', { name: 'What shop-net stands on' }))
    expect(up.getByRole('link', { name: 'region-1' }).getAttribute('href')).toBe('/app/acme/resources/res-region')
    const down = within(await screen.findByRole('navigation', { name: 'What stands on shop-net' }))
    expect(down.getByText('Stale')).toBeDefined()
    await expectAccessible(container)
  })

  test('of a demo it says so, and what only an apply would tell is not there', async () => {
    const id = { name: 'id', type: 'dynamic', 'is-sensitive': false, 'is-unknown': true, value: null }
    server.use(
      http.get(`${API}/resources/res-1/outputs`, () => HttpResponse.json({ data: { id: 'res-1', type: 'resource-outputs', attributes: { outputs: [id] } } })),
      ...put({ resource: network({ 'is-demo': true }) }),
    )
    const { container } = await at(<ResourcePage />)
    expect(await screen.findByTitle('Its project is a demo: it is planned, and never made.')).toBeDefined()
    const outputs = within(await screen.findByRole('table', { name: 'Outputs' }))
    expect(await outputs.findByText('known after apply')).toBeDefined()
    expect(outputs.queryByRole('button')).toBeNull()
    await expectAccessible(container)
  })

  test('reveals a secret when somebody says so', async () => {
    server.use(...put())
    const { user } = await at(<ResourcePage />)
    await user.click(await button('Reveal password…'))
    const dialog = within(await screen.findByRole('dialog'))
    expect(dialog.getByText(/recorded in the audit log/)).toBeDefined()
    await user.click(dialog.getByRole('button', { name: 'Reveal' }))
    expect(await screen.findByText('hush')).toBeDefined()
    expect(sent[0]?.slice(0, 2)).toEqual(['POST', '/resources/res-1/outputs/password/actions/reveal'])
  })

  test('says why it is stale, and is brought up to date', async () => {
    const stale = { parent: 'res-region', what: 'output', name: 'zones', revision: 3, since: '2026-11-20T10:00:00.000Z' }
    server.use(...put({ resource: network({ stale: [stale] }) }))
    const { user } = await at(<ResourcePage />)
    expect(await screen.findByText(/The output zones of region-1 changed with its revision 3/)).toBeDefined()
    await user.click(await button('Bring up to date…'))
    const dialog = within(await screen.findByRole('dialog'))
    await user.click(dialog.getByLabelText(/Apply its plan without/))
    await user.click(dialog.getByRole('button', { name: 'Plan it' }))
    await waitFor(() => expect(sent).toEqual([['POST', '/resources/res-1/actions/refresh', { reason: '', 'auto-apply': true }]]))
  })

  test('gives its code away as a file', async () => {
    server.use(...put())
    const { user } = await at(<ResourcePage />)
    await user.click(await button('More actions'))
    const item = await screen.findByRole('menuitem', { name: 'Download its code' })
    expect(item.getAttribute('href')).toBe('/api/v2/resources/res-1/code')
  })

  test('is destroyed after its name was typed', { timeout: 20_000 }, async () => {
    server.use(...put())
    const { user } = await at(<ResourcePage />)
    await user.click(await button('More actions'))
    await user.click(await screen.findByRole('menuitem', { name: 'Destroy…' }))
    const dialog = within(await screen.findByRole('dialog'))
    const destroy = dialog.getByRole('button', { name: 'Plan its destruction' })
    expect(destroy.getAttribute('aria-disabled')).toBe('true')
    await user.click(dialog.getByLabelText(/Type shop-net/))
    await user.paste('shop-net')
    await user.click(destroy)
    await waitFor(() => expect(sent[0]?.slice(0, 2)).toEqual(['POST', '/resources/res-1/actions/destroy']))
  })

  test('says to who may not change it why', async () => {
    server.use(...put({ lacks: ['resource.update', 'resource.approve'], resource: network({}, open) }))
    await at(<ResourcePage />)
    await waitFor(() => expect(screen.getByRole('button', { name: 'Change' }).getAttribute('aria-disabled')).toBe('true'))
    await waitFor(() => expect(screen.getByRole('button', { name: 'Confirm and apply' }).getAttribute('aria-disabled')).toBe('true'))
  })
})

describe('a change', () => {
  test('shows its fields and its real plan, and is confirmed for the plan that was seen', async () => {
    server.use(...put({ resource: network({}, open) }))
    const { user, container } = await at(<ResourcePage />)
    expect(await screen.findByText('Change 3')).toBeDefined()
    expect(screen.getByText('"10.0.0.0/16"').tagName).toBe('DEL')
    expect(screen.getByText('"10.1.0.0/16"').tagName).toBe('INS')
    expect(screen.getByText('“Addresses ran out”')).toBeDefined()
    expect((await screen.findByRole('link', { name: 'Look at the whole plan' })).getAttribute('href')).toBe('/app/acme/runs/run-1')
    await expectAccessible(container)
    await user.click(screen.getByLabelText('Comment on the change'))
    await user.paste('Fine')
    await user.click(screen.getByRole('button', { name: 'Confirm and apply' }))
    await waitFor(() => expect(sent).toEqual([['POST', '/resource-changes/chg-1/actions/confirm', { comment: 'Fine', run: 'run-1' }]]))
  })

  test('is approved where rules want it', async () => {
    const approvals = { status: 'waiting' as const, detail: 'Waits for one approval by the rule production.', rules: [{ rule: 'apr-1', name: 'production', needed: 1, given: 0 }], votes: [], 'may-approve': true }
    server.use(...put({ resource: network({}, open), change: change({ approvals }) }))
    const { user } = await at(<ResourcePage />)
    expect(await screen.findByText('Waits for one approval by the rule production.')).toBeDefined()
    expect(screen.queryByRole('button', { name: 'Confirm and apply' })).toBeNull()
    await user.click(await button('Approve'))
    await waitFor(() => expect(sent).toEqual([['POST', '/resource-changes/chg-1/actions/approve', { comment: '', run: 'run-1' }]]))
  })

  test('that failed is tried again or taken back', async () => {
    const failed = change({ status: 'failed', error: 'Planning failed. Quota reached.', actions: { 'is-decidable': false, 'is-retryable': true, 'is-cancelable': true } })
    server.use(...put({ resource: network({}, open), change: failed }))
    const { user } = await at(<ResourcePage />)
    expect(await screen.findByText('Planning failed. Quota reached.')).toBeDefined()
    await user.click(await button('Try again'))
    await user.click(await button('Take it back'))
    await waitFor(() => expect(sent.map(([, path]) => path)).toEqual(['/resource-changes/chg-1/actions/retry', '/resource-changes/chg-1/actions/cancel']))
  })

  test('that was rejected says why to whoever asked, where nothing is behind the order', async () => {
    const rejected = change({ kind: 'create', number: 1, status: 'rejected', error: 'Rejected by sam ("Too large").', actions: { 'is-decidable': false, 'is-retryable': false, 'is-cancelable': false } })
    server.use(...put({ resource: network({ state: 'requested' }), change: rejected }))
    const { container } = await at(<ResourcePage />)
    expect(await screen.findByText('Order 1 was rejected')).toBeDefined()
    expect(screen.getByText(/Rejected by sam \("Too large"\)/)).toBeDefined()
    expect(screen.getByRole('link', { name: 'Look at it' }).getAttribute('href')).toBe('/app/acme/resources/res-1/changes?change=chg-1')
    await expectAccessible(container)
  })

  test('names what its fields name by ids', async () => {
    const moved = change({ differences: [{ field: 'source-code-version', before: 'scv-0000000000000001', after: 'scv-0000000000000002' }] as never })
    server.use(
      http.get(`${API}/source-code-versions/:id`, ({ params }) =>
        HttpResponse.json({ data: { id: params['id'], type: 'source-code-versions', attributes: { ref: `v${String(params['id']).at(-1)}.0.0` } } }),
      ),
      ...put({ resource: network({}, open), change: moved }),
    )
    await at(<ResourcePage />)
    expect((await screen.findByText('v1.0.0')).tagName).toBe('DEL')
    expect((await screen.findByText('v2.0.0')).tagName).toBe('INS')
    expect(screen.getByText('version').tagName).toBe('DT')
  })

  test('stands in the list of all, and is shown whole when it is chosen', async () => {
    server.use(...put({ resource: network({}, open) }))
    const { container } = await at(<ChangesPage />, 'changes', '?change=chg-1')
    const table = within(await screen.findByRole('table', { name: 'Changes' }))
    expect(await table.findByText('cidr, token, parents')).toBeDefined()
    expect(await screen.findByRole('button', { name: 'Confirm and apply' })).toBeDefined()
    await expectAccessible(container)
  })
})

test('changes of all resources are asked by filter, and lead to where one decides', async () => {
  const asked: Record<string, string>[] = []
  server.use(
    http.get(`${ACME}/resource-changes`, ({ request }) => {
      asked.push(Object.fromEntries(new URL(request.url).searchParams))
      return HttpResponse.json(listOf([change()]))
    }),
    ...put(),
  )
  const { container } = await show(
    <Suspense>
      <AllChanges />
    </Suspense>,
    { path: '/app/$organization/resources/changes', at: '/app/acme/resources/changes?mine=decide&status=waiting' },
  )
  expect((await screen.findByRole('link', { name: 'shop-net' })).getAttribute('href')).toBe('/app/acme/resources/res-1/changes?change=chg-1')
  expect(asked[0]).toEqual({ 'filter[for-me]': 'decide', 'filter[status]': 'waiting', 'page[size]': '50' })
  await expectAccessible(container)
})

test('revisions say what changed, and an older one can be had again', async () => {
  server.use(...put())
  const { user, container } = await at(<RevisionsPage />, 'revisions')
  const list = within(await screen.findByRole('list', { name: 'Revisions' }))
  expect(await list.findByText('“A zone more”')).toBeDefined()
  expect(list.getByText('current')).toBeDefined()
  await expectAccessible(container)
  await user.click(list.getByRole('button', { name: 'Have revision 1 again…' }))
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Plan it' }))
  await waitFor(() => expect(sent).toEqual([['POST', '/resources/res-1/actions/restore', { reason: '', 'auto-apply': false, revision: 1 }]]))
})

test('values stand with where they are from', async () => {
  server.use(...put())
  const { container } = await at(<ValuesPage />, 'values')
  const table = within(await screen.findByRole('table', { name: 'Values' }))
  expect(await table.findByText('region-1.account_id')).toBeDefined()
  expect(table.getByText('template default')).toBeDefined()
  await expectAccessible(container)
})

test('types and reasons in words', () => {
  expect(typeWords(['list', 'string'])).toBe('list(string)')
  expect(typeWords(['tuple', ['string', 'number']])).toBe('tuple([string, number])')
  expect(staleWords({ parent: null, what: 'tag', name: 'team', revision: 2, since: '' }, new Map())).toBe('The tag team of its project changed')
  expect(staleWords({ parent: 'res-x', what: 'setting', name: 'region', revision: 2, since: '' }, new Map())).toBe('The setting region of res-x changed with its revision 2')
})
