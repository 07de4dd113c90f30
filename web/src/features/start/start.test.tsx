import { screen, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Schema } from '@/api/query'
import { ACME, acme, API, listOf, resourceOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import Start from './page'

const server = setupServer()

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const run = {
  status: 'planned',
  'status-timestamps': { 'planned-at': '2026-11-21T06:23:54.913Z' },
  message: 'Encrypt orders',
  source: 'cli',
  'started-by': 'lin',
  'is-destroy': false,
  'plan-only': false,
  'refresh-only': false,
  refresh: true,
  'allow-empty-apply': false,
  'auto-apply': false,
  'save-plan': false,
  'target-addrs': [],
  'replace-addrs': [],
  variables: [],
  'has-changes': true,
  actions: { 'is-confirmable': true, 'is-discardable': true, 'is-cancelable': false, 'is-force-cancelable': false },
  permissions: { 'can-apply': true, 'can-discard': true, 'can-cancel': true, 'can-force-cancel': false },
  'created-at': '2026-11-21T06:23:00.000Z',
} satisfies Schema<'Run'>

const waiting = { id: 'run-1', type: 'runs', attributes: run, relationships: { workspace: { data: { id: 'ws-1', type: 'workspaces' } } } }
const shop = {
  id: 'ws-1',
  type: 'workspaces',
  attributes: { name: 'shop' },
  relationships: { project: { data: { id: 'prj-1', type: 'projects' } } },
}

function organization(permissions: Partial<Schema<'OrganizationPermissions'>>) {
  return resourceOf('Organization', 'acme', {
    name: 'acme',
    'external-id': 'org-1',
    'created-at': '2026-11-01T00:00:00.000Z',
    permissions: {
      'can-create-project': false,
      'can-create-workspace': false,
      'can-destroy': false,
      'can-manage-access': false,
      'can-manage-runner-pools': false,
      'can-update': false,
      ...permissions,
    },
  })
}

const ordered = {
  id: 'chg-1',
  type: 'resource-changes',
  attributes: { kind: 'create', 'resource-name': 'orders', template: 'database', 'requested-by': 'lin', reason: 'For the shop', 'updated-at': '2026-11-21T06:23:00.000Z' },
  relationships: { resource: { data: { id: 'res-1', type: 'resources' } }, project: { data: { id: 'prj-2', type: 'projects' } }, run: { data: { id: 'run-1', type: 'runs' } } },
}

function open(workspaces: readonly object[], permissions: Partial<Schema<'OrganizationPermissions'>> = {}, changes: readonly object[] = []) {
  server.use(
    ...acme(),
    http.get(ACME, () => HttpResponse.json({ data: organization(permissions) })),
    http.get(`${ACME}/workspaces`, () => HttpResponse.json(listOf(workspaces))),
    http.get(`${ACME}/agent-pools`, () => HttpResponse.json(listOf([]))),
    http.get(`${ACME}/resource-changes`, ({ request }) =>
      HttpResponse.json(listOf(new URL(request.url).searchParams.get('filter[for-me]') === 'decide' ? changes : [])),
    ),
    http.get(`${API}/account/preferences`, () => HttpResponse.json(listOf([]))),
    http.get(`${ACME}/runs`, ({ request }) => {
      const isForMe = new URL(request.url).searchParams.get('filter[for-me]') === 'confirm'
      return HttpResponse.json(isForMe ? { ...listOf([waiting]), included: [shop] } : listOf([]))
    }),
    http.get(`${API}/runs/run-1`, () => {
      const plan = { id: 'plan-1', type: 'plans', attributes: { 'resource-additions': 6, 'resource-changes': 0, 'resource-destructions': 1 } }
      return HttpResponse.json({ data: waiting, included: [plan] })
    }),
  )
  const page = (
    <Suspense>
      <Start />
    </Suspense>
  )
  return show(page, { path: '/app/$organization', at: '/app/acme' })
}

test('a plan that waits for me stands there with what it changes, and leads to the run', async () => {
  await open([shop])
  expect(await screen.findByText('1 thing waits for you in 1 project.')).toBeDefined()
  const row = within(screen.getByText('Encrypt orders').closest('li') as HTMLElement)
  expect(row.getByText('shop')).toBeDefined()
  expect(await row.findByRole('img', { name: /6 to create.*1 to destroy/ })).toBeDefined()
  expect(row.getByRole('link', { name: 'Review' }).getAttribute('href')).toBe('/app/acme/workspaces/shop/runs/run-1')
})

test('a change of a resource that waits for me counts, and leads to the resource', async () => {
  await open([shop], {}, [ordered])
  expect(await screen.findByText('2 things wait for you in 2 projects.')).toBeDefined()
  const row = within(screen.getByText('Order orders').closest('li') as HTMLElement)
  expect(row.getByText('“For the shop”')).toBeDefined()
  expect(await row.findByRole('img', { name: /6 to create.*1 to destroy/ })).toBeDefined()
  expect(row.getByRole('link', { name: 'Review' }).getAttribute('href')).toBe('/app/acme/resources/res-1')
})

test('an empty organization teaches the first steps, and says to a reader why he cannot take them', async () => {
  await open([])
  expect(await screen.findByText(/slipway init --organization acme/)).toBeDefined()
  const button = screen.getByRole('button', { name: 'Upload a folder' })
  const reason = document.getElementById(button.getAttribute('aria-describedby') ?? '')?.textContent
  expect(reason).toBe('You may not create workspaces in acme. Ask one of its administrators.')
})

test('whoever may create workspaces begins with a folder', async () => {
  await open([], { 'can-create-workspace': true })
  expect((await screen.findByRole('link', { name: 'Upload a folder' })).getAttribute('href')).toBe('/app/acme/new-workspace')
})
