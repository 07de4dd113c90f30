import { screen, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import ImpactPage from './impact-page'
import { joined, pictureOf } from './model'
import GraphPage from './page'

const NODES = [
  { id: 'ws-1', kind: 'workspace', name: 'network', status: 'applied' },
  { id: 'res-1', kind: 'resource', name: 'orders-db', status: 'ready' },
  { id: 'app-1', kind: 'app', name: 'shop', status: 'degraded' },
  { id: 'app-2', kind: 'app', name: 'alone', status: 'running' },
]
const EDGES = [
  { from: 'res-1', to: 'ws-1', why: 'backed by' },
  { from: 'app-1', to: 'res-1', why: 'bind' },
]

const server = setupServer(http.get(`${ACME}/projects`, () => HttpResponse.json(listOf([]))))
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const answer = (id: string, type: string, attributes: object) => HttpResponse.json({ data: { id, type, attributes } })

test('the graph draws what depends on what, and lists all of it', async () => {
  server.use(http.get(`${ACME}/graph`, () => answer('org-1', 'dependency-graphs', { nodes: NODES, edges: EDGES, 'is-cut': false })))
  const { container } = await show(<GraphPage />, { path: '/app/$organization/graph', at: '/app/acme/graph' })
  const picture = await screen.findByRole('group', { name: 'What depends on what' })
  expect(within(picture).getAllByRole('link')).toHaveLength(3)
  expect(screen.getByText('1 object depends on nothing and nothing on them: they are not drawn.')).toBeDefined()
  const list = screen.getByRole('table', { name: 'Objects' })
  expect(within(list).getByText('orders-db (bind)')).toBeDefined()
  expect(within(list).getByRole('link', { name: 'alone' }).getAttribute('href')).toBe('/app/acme/graph/app-2')
  await expectAccessible(container)
})

test('what one may not see, or what is not there, is said', async () => {
  server.use(http.get(`${ACME}/graph`, () => answer('org-1', 'dependency-graphs', { nodes: [], edges: [], 'is-cut': false })))
  await show(<GraphPage />, { path: '/app/$organization/graph', at: '/app/acme/graph?text=x' })
  expect(await screen.findByText('Nothing is like that')).toBeDefined()
})

test('the impact of an object is drawn, listed, and told as a command', async () => {
  const affected = [
    { ...NODES[1], distance: 1, because: [{ on: 'ws-1', why: 'backed by' }] },
    { ...NODES[2], distance: 2, because: [{ on: 'res-1', why: 'bind' }] },
  ]
  server.use(http.get(`${ACME}/graph/ws-1/impact`, () => answer('ws-1', 'impacts', { object: NODES[0], affected, 'is-cut': false })))
  const { container } = await show(
    <Suspense>
      <ImpactPage />
    </Suspense>,
    { path: '/app/$organization/graph/$object', at: '/app/acme/graph/ws-1' },
  )
  expect(await screen.findByText('2 objects depend on it')).toBeDefined()
  expect(screen.getByRole('link', { name: 'Open the workspace' }).getAttribute('href')).toBe('/app/acme/workspaces/network')
  expect(within(screen.getByRole('table', { name: 'Objects' })).getByText('network (backed by)')).toBeDefined()
  expect(screen.getByText(/slipway impact ws-1/)).toBeDefined()
  await expectAccessible(container)
})

test('what stands left is what others stand on', () => {
  const drawn = joined(NODES, EDGES)
  expect(drawn.map(({ name }) => name)).toEqual(['network', 'orders-db', 'shop'])
  const { nodes, lines } = pictureOf('acme', drawn, EDGES, 'res-1')
  expect(lines).toEqual([
    { from: 'ws-1', to: 'res-1', isDashed: false },
    { from: 'res-1', to: 'app-1', isDashed: true },
  ])
  expect(nodes[1]).toMatchObject({ isCurrent: true, says: 'Depends on network (backed by). 1 object depends on it.' })
})
