import { screen, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, acme, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import { pullRequestsOf } from './group'
import RepositoryPullRequests from './repository-page'

const WEB = 'https://gitea.example.com/platform/infra'

const run = (id: string, workspace: string, number: number | null, status = 'planned_and_finished') => ({
  id,
  type: 'runs',
  attributes: {
    status,
    message: number === 7 ? 'Larger machines' : 'Something',
    'created-at': '2026-11-21T06:00:00.000Z',
    commit: { sha: 'd'.repeat(40), subject: 'Merge', author: 'lin', branch: 'larger', 'pull-request-number': number, 'pull-request-url': number ? `${WEB}/pulls/${number}` : null },
  },
  relationships: { workspace: { data: { id: workspace, type: 'workspaces' } } },
})

const RUNS = {
  ...listOf([run('run-4', 'ws-prod', 7, 'planning'), run('run-3', 'ws-test', 7), run('run-2', 'ws-prod', 7), run('run-1', 'ws-prod', null)]),
  included: [
    { id: 'ws-prod', type: 'workspaces', attributes: { name: 'prod' } },
    { id: 'ws-test', type: 'workspaces', attributes: { name: 'test' } },
  ],
}

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

test('a pull request stands once, with the newest plan of every workspace', async () => {
  server.use(
    ...acme(),
    http.get(`${API}/repositories/repo-1`, () => HttpResponse.json({ data: { id: 'repo-1', type: 'repositories', attributes: { 'full-name': 'platform/infra', 'web-url': WEB } } })),
    http.get(`${ACME}/runs`, () => HttpResponse.json(RUNS)),
    http.get(`${API}/runs/run-3`, () =>
      HttpResponse.json({
        data: run('run-3', 'ws-test', 7),
        included: [{ id: 'plan-3', type: 'plans', attributes: { status: 'finished', 'resource-additions': 2, 'resource-changes': 0, 'resource-destructions': 1 } }],
      }),
    ),
  )
  const { container } = await show(
    <Suspense>
      <RepositoryPullRequests />
    </Suspense>,
    { path: '/app/$organization/repositories/$repository/pull-requests', at: '/app/acme/repositories/repo-1/pull-requests' },
  )
  expect((await screen.findByRole('link', { name: /#7 Larger machines/ })).getAttribute('href')).toBe(`${WEB}/pulls/7`)
  const table = screen.getByRole('table', { name: 'Plans of pull request 7' })
  expect(await within(table).findByLabelText('2 to create, 1 to destroy')).toBeDefined()
  expect(within(table).getAllByRole('link').map((link) => link.textContent)).toEqual(expect.arrayContaining(['prod', 'test']))
  expect(within(table).getAllByRole('row')).toHaveLength(3)
  await expectAccessible(container)
})

test('those of another repository are left out', () => {
  expect(pullRequestsOf(RUNS, `${WEB}-2`)).toEqual([])
  const [request] = pullRequestsOf(RUNS, null)
  expect(request?.workspaces.map(({ workspace, before }) => [workspace, before])).toEqual([
    ['prod', 1],
    ['test', 0],
  ])
})
