import { screen, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import Clusters from './page'

const one = (id: string, type: string, attributes: object) => ({ id, type, attributes })
const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

function put(clusters: readonly object[]) {
  server.use(
    http.get(`${ACME}/access-explanations`, () => HttpResponse.json(listOf([one('a', 'access-explanations', { permission: 'cluster.read', 'is-allowed': true })]))),
    http.get(`${ACME}/clusters`, () => HttpResponse.json(listOf(clusters))),
    http.get(`${ACME}/pools`, () => HttpResponse.json(listOf([one('pool-1', 'pools', { name: 'default', cluster: 'local', 'is-default': true })]))),
    http.get(`${ACME}/app-plans`, () =>
      HttpResponse.json(
        listOf([
          one('plan-1', 'app-plans', { name: 'small', memory: 536_870_912, processor: 500, burst: 200, 'is-default': true }),
          one('plan-2', 'app-plans', { name: 'free', memory: 0, processor: 0, burst: 100, 'is-default': false }),
        ]),
      ),
    ),
  )
}

const open = () => show(<Clusters />, { path: '/app/$organization/settings/clusters', at: '/app/acme/settings/clusters' })

test('clusters say how they are, pools where they are, plans what units may take', async () => {
  put([one('cluster-1', 'clusters', { name: 'local', driver: 'docker', status: 'unreachable', reason: 'Nobody answers at /var/run/docker.sock.', 'checked-at': '2026-11-20T10:00:00.000Z' })])
  const { container } = await open()
  const clusters = within(await screen.findByRole('table', { name: 'Clusters' }))
  expect(await clusters.findByText('Nobody answers at /var/run/docker.sock.')).toBeDefined()
  expect(clusters.getByText('Unreachable')).toBeDefined()
  const plans = within(screen.getByRole('table', { name: 'Plans' }))
  expect(await plans.findByText('512 MiB')).toBeDefined()
  expect(plans.getByText('up to 1 CPU')).toBeDefined()
  expect(plans.getAllByText('any')).toHaveLength(2)
  expect(within(screen.getByRole('table', { name: 'Pools' })).getByText('default', { selector: '[class*=strong]' })).toBeDefined()
  await expectAccessible(container)
})

test('without any it says who can change that', async () => {
  put([])
  await open()
  expect(await screen.findByText('There is nowhere to run apps')).toBeDefined()
  expect(screen.queryByRole('table', { name: 'Pools' })).toBeNull()
})
