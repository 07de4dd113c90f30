import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { show } from '@/testing/render'
import StatesPage from './page'

const ORIGIN = window.location.origin
const WORKSPACE = 'ws-0000000000000001'
let mayWrite = true
let rolledBackTo: unknown = null

const state = (serial: number) => ({
  id: `sv-${serial}`,
  type: 'state-versions',
  attributes: {
    serial,
    lineage: 'l',
    sha256: 's',
    size: 3479,
    'terraform-version': '1.12.6',
    'resource-count': serial,
    encrypted: false,
    intermediate: false,
    resources: [],
    'created-at': '2026-11-21T06:00:00.000Z',
  },
  relationships: { run: { data: null } },
})
const change = (address: string, kind: string, attributes: object[] = []) => ({ address, kind, attributes })
const diffs: Record<string, object> = {
  // What differs from the current one (3) to the first (1).
  'sv-1 from sv-3': { 'from-serial': 3, 'to-serial': 1, changes: [change('aws_vpc.b', 'removed'), change('aws_vpc.c', 'removed'), change('output.x', 'changed')] },
  'sv-3 from null': {
    'from-serial': 2,
    'to-serial': 3,
    changes: [
      change('aws_vpc.a', 'changed', [
        { path: 'cidr', before: '10.0.0.0/16', after: '10.1.0.0/16', sensitive: false },
        { path: 'key', before: null, after: null, sensitive: true },
      ]),
    ],
  },
}

const server = setupServer(
  http.get(`${ORIGIN}/api/v2/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
  http.get(`${ORIGIN}/api/v2/organizations/acme/workspaces/shop`, () =>
    HttpResponse.json({
      data: {
        id: WORKSPACE,
        type: 'workspaces',
        attributes: { name: 'shop', permissions: { 'can-read-state-versions': true, 'can-create-state-versions': mayWrite } },
        relationships: { 'current-state-version': { data: { id: 'sv-3', type: 'state-versions' } } },
      },
    }),
  ),
  http.get(`${ORIGIN}/api/v2/workspaces/${WORKSPACE}/state-versions`, () => HttpResponse.json({ data: [state(3), state(2), state(1)] })),
  http.get(`${ORIGIN}/api/v2/state-versions/:state/diff`, ({ params, request }) => {
    const from = new URL(request.url).searchParams.get('from')
    const attributes = diffs[`${params['state']} from ${from}`]
    return HttpResponse.json({ data: { id: params['state'], type: 'state-diffs', attributes } })
  }),
  http.post(`${ORIGIN}/api/v2/workspaces/${WORKSPACE}/state-versions/:state/rollback`, ({ params }) => {
    rolledBackTo = params['state']
    return HttpResponse.json({ data: state(4) }, { status: 201 })
  }),
)

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
beforeEach(() => {
  mayWrite = true
  rolledBackTo = null
  window.scrollTo = () => undefined
})
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

function tab(search = '') {
  const page = (
    <Suspense>
      <StatesPage />
    </Suspense>
  )
  return show(page, { path: '/app/$organization/workspaces/$workspace/states', at: `/app/acme/workspaces/shop/states${search}` })
}

test('going back says what it means, and happens only after the name was typed', async () => {
  const { user } = await tab()
  await user.click(await screen.findByRole('button', { name: 'More of version 1' }))
  await user.click(await screen.findByRole('menuitem', { name: /Go back to this version/ }))
  const dialog = await screen.findByRole('dialog')
  expect(await within(dialog).findByText(/It forgets 2 resources that the current state knows/)).toBeDefined()
  expect(dialog.textContent).toContain('Only the record changes, not the resources themselves.')
  const confirm = within(dialog).getByRole('button', { name: 'Go back' })
  await user.click(confirm)
  expect(rolledBackTo).toBeNull()
  await user.type(within(dialog).getByRole('textbox'), 'shop')
  await user.click(confirm)
  await waitFor(() => expect(rolledBackTo).toBe('sv-1'))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('a comparison stands in the address, and shows no secret', async () => {
  const { router, user, container } = await tab('?to=sv-3')
  const panel = (await screen.findByRole('heading', { name: 'Version 2 → 3' })).closest('section')
  expect(container.textContent).toContain('"10.0.0.0/16"→"10.1.0.0/16"')
  expect(screen.getAllByText('sensitive').length).toBeGreaterThan(0)
  await expectAccessible(panel ?? container)
  await user.click(screen.getByRole('button', { name: 'Close the comparison' }))
  await waitFor(() => expect(router.state.location.search).toEqual({}))
})

test('any two versions are compared, the older one first', async () => {
  const { router, user } = await tab()
  await user.click(await screen.findByRole('checkbox', { name: 'Select version 1' }))
  const compare = screen.getByRole('button', { name: 'Compare' })
  expect(compare.getAttribute('aria-disabled')).toBe('true')
  await user.click(screen.getByRole('checkbox', { name: 'Select version 3' }))
  await user.click(screen.getByRole('button', { name: 'Compare' }))
  await waitFor(() => expect(router.state.location.search).toEqual({ to: 'sv-3', from: 'sv-1' }))
})

test('who may not write states is told so, and what it needs', async () => {
  mayWrite = false
  const { user } = await tab()
  await user.click(await screen.findByRole('button', { name: 'More of version 2' }))
  const item = await screen.findByRole('menuitem', { name: /Go back to this version/ })
  expect(item.getAttribute('aria-disabled')).toBe('true')
  expect(item.textContent).toContain('This needs workspace.state.write here')
})
