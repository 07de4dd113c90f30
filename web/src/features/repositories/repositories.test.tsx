import { screen, waitFor } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, acme, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import { commandsOf, suggestedName, wrongNames } from './connect/naming'
import NewWorkspacesPage from './connect/workspaces-page'
import FilesPage from './files/page'
import RepositoryWorkspaces from './workspaces/page'

const REPOSITORY = {
  id: 'repo-1',
  type: 'repositories',
  attributes: {
    'full-name': 'platform/infra',
    address: 'https://gitea.example.com/platform/infra.git',
    'default-branch': 'main',
    status: 'ok',
    error: null,
    webhook: 'set',
    'next-look-at': '2026-11-21T06:00:00.000Z',
    'created-at': '2026-11-21T06:00:00.000Z',
  },
  relationships: { integration: { data: { id: 'int-1', type: 'integrations' } } },
}

const root = (path: string, backend: boolean) => ({
  id: path || '.',
  type: 'repository-roots',
  attributes: { path, 'has-backend': backend, providers: ['aws'], resources: 3, modules: ['modules/net'], 'variable-files': [] },
})

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

function put() {
  const held = ['integration.use', 'workspace.create', 'repository.read']
  const answers = held.map((permission) => ({ id: permission, type: 'access-explanations', attributes: { permission, 'is-allowed': true } }))
  server.use(
    http.get(`${ACME}/access-explanations`, () => HttpResponse.json(listOf(answers))),
    ...acme(),
    http.get(ACME, () => HttpResponse.json({ data: { id: 'acme', type: 'organizations', attributes: { permissions: { 'can-create-workspace': true } } } })),
    http.get(`${ACME}/integrations`, () =>
      HttpResponse.json(listOf([{ id: 'int-1', type: 'integrations', attributes: { name: 'forge', kind: 'gitea', 'kind-title': 'Gitea', 'is-enabled': true, settings: {}, account: 'robot' } }])),
    ),
    http.get(`${API}/integrations/int-1/forge-groups`, () => HttpResponse.json(listOf([{ id: 'platform', type: 'forge-groups', attributes: { name: 'platform' } }]))),
    http.get(`${API}/integrations/int-1/forge-repositories`, ({ request }) => {
      const found = new URL(request.url).searchParams.get('search[name]')
      const names = ['platform/infra', 'platform/shop'].filter((name) => !found || name.includes(found))
      return HttpResponse.json(listOf(names.map((name) => ({ id: name, type: 'forge-repositories', attributes: { 'full-name': name, description: null, 'is-private': true, 'is-archived': false, 'web-url': '' } }))))
    }),
    http.post(`${ACME}/repositories`, () => HttpResponse.json({ data: REPOSITORY }, { status: 201 })),
    http.get(`${API}/repositories/repo-1`, () => HttpResponse.json({ data: REPOSITORY })),
    http.get(`${API}/repositories/repo-1/branches`, () =>
      HttpResponse.json(listOf([{ id: 'refs/heads/main', type: 'repository-refs', attributes: { name: 'main', commit: 'a'.repeat(40), 'is-default': true } }])),
    ),
    http.get(`${API}/repositories/repo-1/tags`, () => HttpResponse.json(listOf([]))),
    http.get(`${API}/repositories/repo-1/roots`, () => HttpResponse.json(listOf([root('live/prod', true), root('live/test', true), root('examples', false)]))),
    http.get(`${ACME}/workspaces`, () => HttpResponse.json(listOf([]))),
    http.get(`${ACME}/projects`, () =>
      HttpResponse.json(listOf([{ id: 'prj-1', type: 'projects', attributes: { name: 'shop', 'is-default': true, permissions: { 'can-create-workspace': true } } }])),
    ),
  )
}

const open = (at = '') =>
  show(
    <Suspense>
      <NewWorkspacesPage />
    </Suspense>,
    { path: '/app/$organization/new-workspace/repository', at: `/app/acme/new-workspace/repository${at}` },
  )

test('a repository of the forge is found by name, and its roots become workspaces at once; one that is refused says why and stays', async () => {
  put()
  const sent: { name: string; 'working-directory': string; 'vcs-repo': object }[] = []
  server.use(
    http.post(`${ACME}/workspaces`, async ({ request }) => {
      const { data } = (await request.json()) as { data: { attributes: (typeof sent)[number] } }
      sent.push(data.attributes)
      const { name } = data.attributes
      if (name !== 'infra-live-test') return HttpResponse.json({ data: { id: 'ws-1', type: 'workspaces', attributes: { name } } }, { status: 201 })
      const error = { status: '422', code: 'invalid', title: 'Not accepted', detail: 'infra-live-test is taken.', source: { pointer: '/data/attributes/name' } }
      return HttpResponse.json({ errors: [error] }, { status: 422 })
    }),
  )
  const { user, router, container } = await open()
  await user.type(await screen.findByLabelText('Find by name'), 'infra')
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Choose platform/shop' })).toBeNull())
  await user.click(screen.getByRole('button', { name: 'Choose platform/infra' }))
  // What says where its state is kept is ticked already.
  expect(await screen.findByLabelText('Name of the workspace in live/prod')).toHaveProperty('value', 'infra-live-prod')
  expect(screen.queryByLabelText('Name of the workspace in examples')).toBeNull()
  expect(screen.getByText(/slipway workspace create infra-live-prod/).textContent).toContain('--repo platform/infra --integration forge --dir live/prod')
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Create 2 workspaces' }))
  expect((await screen.findAllByText('infra-live-test is taken.')).length).toBeGreaterThan(0)
  expect(screen.getByText('Made as infra-live-prod.')).toBeDefined()
  await user.clear(screen.getByLabelText('Name of the workspace in live/test'))
  await user.type(screen.getByLabelText('Name of the workspace in live/test'), 'test')
  await user.click(screen.getByRole('button', { name: 'Create 2 workspaces' }))
  await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/workspaces'))
  expect(sent.map(({ name }) => name)).toEqual(['infra-live-prod', 'infra-live-test', 'test'])
  expect(sent[0]).toMatchObject({ 'working-directory': 'live/prod', 'vcs-repo': { identifier: 'platform/infra', branch: '', 'integration-id': 'int-1' } })
})

test('directories named in the address are ticked', async () => {
  put()
  await open('?repository=repo-1&roots=examples,other/place')
  expect(await screen.findByLabelText('Name of the workspace in other/place')).toHaveProperty('value', 'infra-other-place')
  expect(screen.getByLabelText('Name of the workspace in examples')).toBeDefined()
  expect(screen.queryByLabelText('Name of the workspace in live/prod')).toBeNull()
})

test('directories that have a workspace say which, and all others are chosen at once', async () => {
  put()
  let asked = ''
  server.use(
    http.get(`${ACME}/workspaces`, ({ request }) => {
      asked = new URL(request.url).searchParams.get('filter[repository][id]') ?? ''
      return HttpResponse.json(listOf([{ id: 'ws-1', type: 'workspaces', attributes: { name: 'prod', 'working-directory': 'live/prod/' } }]))
    }),
    http.get(`${API}/repositories/repo-1/roots`, () => HttpResponse.json(listOf(['live/prod', 'live/test', 'live/stage', 'live/dev'].map((path) => root(path, path === 'live/prod'))))),
  )
  const { user } = await open('?repository=repo-1')
  expect(await screen.findByText('prod runs there already')).toBeDefined()
  expect(asked).toBe('repo-1')
  await waitFor(() => expect(screen.queryByLabelText('Name of the workspace in live/prod')).toBeNull())
  await user.click(screen.getByRole('button', { name: 'Choose all 3 without a workspace' }))
  expect(screen.getByRole('button', { name: 'Create 3 workspaces' })).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'Choose none' }))
  // Enter adds the directory; the form is not sent.
  await user.type(screen.getByLabelText('Another directory'), 'tools/{Enter}')
  expect(await screen.findByLabelText('Name of the workspace in tools')).toHaveProperty('value', 'infra-tools')
})

test('the workspaces of a repository stand with their directory and what they follow', async () => {
  put()
  server.use(
    http.get(`${ACME}/workspaces`, () =>
      HttpResponse.json(
        listOf([
          { id: 'ws-1', type: 'workspaces', attributes: { name: 'prod', 'working-directory': 'live/prod', 'latest-run-status': 'applied', 'latest-change-at': '2026-11-21T06:00:00.000Z', 'vcs-repo': { branch: '', 'tags-regex': null } } },
        ]),
      ),
    ),
  )
  const { container } = await show(
    <Suspense>
      <RepositoryWorkspaces />
    </Suspense>,
    { path: '/app/$organization/repositories/$repository/workspaces', at: '/app/acme/repositories/repo-1/workspaces' },
  )
  const row = (await screen.findByRole('link', { name: 'prod' })).closest('tr')
  expect(row?.textContent).toContain('live/prod')
  expect(row?.textContent).toContain('main')
  await expectAccessible(container)
})

test('files open in place, and the address says which', async () => {
  put()
  server.use(
    http.get(`${API}/repositories/repo-1/tree`, ({ request }) => {
      const path = new URL(request.url).searchParams.get('path') ?? ''
      const entries = path === '' ? [{ name: 'live', kind: 'directory' }, { name: 'README.md', kind: 'file', 'size-bytes': 12 }] : [{ name: 'main.tf', kind: 'file', 'size-bytes': 40 }]
      return HttpResponse.json({ data: { id: 't', type: 'repository-trees', attributes: { commit: 'b'.repeat(40), path, entries, 'is-cut': false } } })
    }),
    http.get(`${API}/repositories/repo-1/file`, () =>
      HttpResponse.json({ data: { id: 'f', type: 'repository-files', attributes: { commit: 'b'.repeat(40), path: 'live/main.tf', content: 'output "x" {}', 'size-bytes': 14 } } }),
    ),
  )
  const { user, router } = await show(
    <Suspense>
      <FilesPage />
    </Suspense>,
    { path: '/app/$organization/repositories/$repository', at: '/app/acme/repositories/repo-1' },
  )
  await user.click(await screen.findByRole('link', { name: 'live' }))
  await user.click(await screen.findByRole('link', { name: 'main.tf' }))
  expect(await screen.findByRole('group', { name: 'live/main.tf' })).toBeDefined()
  expect(router.state.location.search).toMatchObject({ file: 'live/main.tf' })
})

test('names come from the repository and the directory, and two cannot be the same', () => {
  expect(suggestedName('platform/infra', 'live/prod')).toBe('infra-live-prod')
  expect(suggestedName('https://git.example.com/team/shop.git', '')).toBe('shop')
  expect(suggestedName('a/b', 'x y/z!')).toBe('b-x-y-z')
  expect(wrongNames([{ directory: '', name: 'a' }, { directory: 'b', name: 'a' }, { directory: 'c', name: ' ' }])).toEqual({
    '.': 'Two cannot have the same name.',
    b: 'Two cannot have the same name.',
    c: 'It needs a name.',
  })
  const line = commandsOf([{ directory: 'it is', name: 'x' }], { repository: 'a/b', integration: null, branch: 'dev', project: 'shop team', autoApply: true, start: true, plansPullRequests: false })
  expect(line).toBe("slipway workspace create x --repo a/b --dir 'it is' --branch dev --project 'shop team' --auto-apply true --plan-pull-requests false --start")
})
