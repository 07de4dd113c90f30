import { screen, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ACME, acme, listOf, resourceOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import Access from './access'
import { covers } from './permissions'

const server = setupServer()

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const explained = resourceOf('AccessExplanation', 'user-lin:workspace.run.apply:prj-1', {
  subject: 'user-lin',
  'subject-name': 'lin',
  permission: 'workspace.run.apply',
  scope: 'prj-1',
  'is-allowed': true,
  chains: [
    {
      'role-assignment': 'ra-1',
      role: 'write',
      node: 'workspace.run',
      scope: 'prj-1',
      'scope-name': 'project platform',
      team: 'team-1',
      'team-name': 'platform-team',
    },
  ],
})

function open(search: string) {
  let asked: URLSearchParams | null = null
  server.use(
    http.get(`${ACME}/access-explanations`, ({ request }) => {
      const { searchParams } = new URL(request.url)
      if (!searchParams.has('subject')) return undefined
      asked = searchParams
      return HttpResponse.json(listOf([explained]))
    }),
    ...acme(),
    http.get(`${ACME}/organization-memberships`, () => HttpResponse.json(listOf([]))),
    http.get(`${ACME}/projects`, () => HttpResponse.json(listOf([]))),
  )
  const page = (
    <Suspense>
      <Access />
    </Suspense>
  )
  const at = `/app/acme/settings/access?${search}`
  return show(page, { path: '/app/$organization/settings/access', at }).then((shown) => ({ ...shown, asked: () => asked }))
}

test('the chain is told from the person over the team and the role to the permission', async () => {
  const { asked } = await open('subject=user-lin&place=project&scope=prj-1&permission=workspace.run.apply')
  const chain = within(await screen.findByRole('list', { name: 'A way to workspace.run.apply' }))
  expect(chain.getAllByRole('listitem').map((station) => station.querySelector('b')?.textContent)).toEqual([
    'lin',
    'is in team platform-team',
    'which holds the role write',
    'which covers it',
  ])
  expect(chain.getByText('in project platform')).toBeDefined()
  expect(chain.getByRole('link', { name: 'Open platform-team' }).getAttribute('href')).toBe('/app/acme/settings/teams/team-1')
  expect(Object.fromEntries(asked() ?? [])).toEqual({ subject: 'user-lin', scope: 'prj-1' })
  expect(screen.getByText(/slipway access explain/).textContent).toContain('lin workspace.run.apply --in-project prj-1')
})

test('what no role allows is said, too', async () => {
  const { user, router } = await open('subject=user-lin')
  await user.click(await screen.findByRole('button', { name: /See workspaces and their settings/ }))
  expect(await screen.findByText(/lin may not do this there/)).toBeDefined()
  expect(router.state.location.search).toMatchObject({ permission: 'workspace.read' })
})

test('a node covers itself and what is below it, and nothing beside', () => {
  expect(covers(['workspace.run'], 'workspace.run.apply')).toBe(true)
  expect(covers(['workspace.run'], 'workspace.run')).toBe(true)
  expect(covers(['*'], 'organization.delete')).toBe(true)
  expect(covers(['workspace.state.read'], 'workspace.state.read-outputs')).toBe(false)
})
