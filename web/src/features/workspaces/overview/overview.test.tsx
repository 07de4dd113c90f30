import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { show } from '@/testing/render'
import { listOf, READER, workspaceCalled } from '../fixture'
import WorkspaceFrame from '../frame'
import type { WorkspaceRow } from '../queries'
import OverviewPage from './page'

const ORIGIN = window.location.origin
const ORGANIZATION = `${ORIGIN}/api/v2/organizations/acme`
const RELATED = {
  project: { data: { id: 'prj-1', type: 'projects' } },
  'current-state-version': { data: { id: 'sv-1', type: 'state-versions' } },
}
let shown: WorkspaceRow = workspaceCalled('shop')
let asked: string[] = []

const output = (id: string, attributes: object) => ({ id, type: 'state-version-outputs', attributes: { type: 'string', sensitive: false, ...attributes } })
const server = setupServer(
  http.get(`${ORIGIN}/api/v2/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
  http.get(`${ORIGIN}/api/v2/account/details`, () => HttpResponse.json({ data: { id: 'user-1', type: 'users', attributes: { username: 'dana' } } })),
  http.get(`${ORGANIZATION}/projects`, () => HttpResponse.json(listOf([{ id: 'prj-1', type: 'projects', attributes: { name: 'default' } }]))),
  http.get(`${ORGANIZATION}/workspaces/shop`, () => HttpResponse.json({ data: shown }, { headers: { etag: '"1"' } })),
  http.get(`${ORIGIN}/api/v2/workspaces/:id/current-state-version`, () =>
    HttpResponse.json({
      data: {
        id: 'sv-1',
        type: 'state-versions',
        attributes: {
          serial: 7,
          'resource-count': 3,
          encrypted: false,
          'created-at': '2026-11-21T06:00:00.000Z',
          resources: [
            { address: 'aws_subnet.a', provider: 'p', count: 2 },
            { address: 'module.x.aws_vpc.b', provider: 'p', count: 1 },
            { address: 'data.aws_ami.c', provider: 'p', count: 1 },
          ],
        },
      },
    }),
  ),
  http.get(`${ORIGIN}/api/v2/workspaces/:id/current-state-version-outputs`, ({ request }) => {
    asked.push(new URL(request.url).searchParams.get('filter[sensitive]') ?? 'everything')
    return HttpResponse.json(listOf([output('wsout-1', { name: 'url', value: 'https://shop' }), output('wsout-2', { name: 'password', value: null, sensitive: true })]))
  }),
  http.get(`${ORIGIN}/api/v2/state-version-outputs/wsout-2`, () => {
    asked.push('the secret')
    return HttpResponse.json({ data: output('wsout-2', { name: 'password', value: 'hunter2', sensitive: true }) })
  }),
)

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
beforeEach(() => {
  shown = { ...workspaceCalled('shop'), relationships: RELATED }
  asked = []
})
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

function open(Page: () => React.ReactNode = OverviewPage) {
  const page = (
    <Suspense>
      <Page />
    </Suspense>
  )
  return show(page, { path: '/app/$organization/workspaces/$workspace', at: '/app/acme/workspaces/shop' })
}

test('secrets are not asked for; revealing one is confirmed, and asks for that one only', async () => {
  const { user } = await open()
  await screen.findByText('https://shop')
  expect(asked).toEqual(['hidden'])
  const resources = await screen.findByText('aws_subnet')
  expect(resources.closest('ul')?.textContent).toBe('aws_subnet2aws_vpc1')

  await user.click(screen.getByRole('button', { name: 'Reveal password…' }))
  const dialog = await screen.findByRole('dialog')
  expect(dialog.textContent).toContain('is recorded in the audit log')
  await user.click(within(dialog).getByRole('button', { name: 'Reveal' }))
  await screen.findByText('hunter2')
  expect(asked).toEqual(['hidden', 'the secret'])
  await user.click(screen.getByRole('button', { name: 'Hide' }))
  await waitFor(() => expect(screen.queryByText('hunter2')).toBeNull())
})

test('who may not read states cannot reveal, and is told what it needs', async () => {
  shown = { ...workspaceCalled('shop', { permissions: READER }), relationships: RELATED }
  await open()
  const reveal = await screen.findByRole('button', { name: 'Reveal password…' })
  expect(reveal.getAttribute('aria-disabled')).toBe('true')
  expect(document.body.textContent).toContain('This needs workspace.state.read here')
})

test('a lock says who and why; only its holder, or who may force it, takes it away', async () => {
  const lock = { locked: true, 'locked-by': 'sam', 'lock-reason': 'key ceremony', 'locked-at': '2026-11-21T06:00:00.000Z' }
  shown = { ...workspaceCalled('shop', { ...lock, permissions: READER }), relationships: {} }
  await open()
  expect(await screen.findByText('sam locked this workspace: key ceremony')).toBeDefined()
  const force = screen.getByRole('button', { name: 'Force unlock…' })
  expect(force.getAttribute('aria-disabled')).toBe('true')
  expect(document.body.textContent).toContain('Ask sam to unlock it, or somebody with workspace.force-unlock.')
})

test('a reader is offered no run, and told why', async () => {
  shown = { ...workspaceCalled('shop', { permissions: READER }), relationships: {} }
  await open(WorkspaceFrame)
  const run = await screen.findByRole('button', { name: 'New run' })
  expect(run.getAttribute('aria-disabled')).toBe('true')
  expect(run.textContent).toContain('This needs workspace.run.plan here')
})
