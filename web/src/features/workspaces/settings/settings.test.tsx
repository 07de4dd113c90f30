import { screen, waitFor } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { show } from '@/testing/render'
import { listOf, READER, workspaceCalled } from '../fixture'
import SettingsPage from './page'
import { DEFAULTS, flagsOf, resourceOf } from './values'

const ORIGIN = window.location.origin
const ORGANIZATION = `${ORIGIN}/api/v2/organizations/acme`
const server = setupServer(
  http.get(`${ORIGIN}/api/v2/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
  http.get(`${ORGANIZATION}/projects`, () =>
    HttpResponse.json(listOf([{ id: 'prj-1', type: 'projects', attributes: { name: 'shop', 'is-default': true, permissions: { 'can-create-workspace': true } } }])),
  ),
  http.get(`${ORGANIZATION}/agent-pools`, () => HttpResponse.json(listOf([]))),
)

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

function open(workspace = workspaceCalled('shop-prod')) {
  server.use(http.get(`${ORGANIZATION}/workspaces/shop-prod`, () => HttpResponse.json({ data: workspace }, { headers: { etag: '"7"' } })))
  const page = (
    <Suspense>
      <SettingsPage />
    </Suspense>
  )
  return show(page, { path: '/app/$organization/workspaces/$workspace/settings', at: '/app/acme/workspaces/shop-prod/settings' })
}

test('only what differs is sent, with the version that was read; the second of two editors is told', async () => {
  let sent: unknown = null
  let version: string | null = null
  server.use(
    http.patch(`${ORIGIN}/api/v2/workspaces/:workspace`, async ({ request }) => {
      sent = await request.json()
      version = request.headers.get('if-match')
      const detail = 'Somebody changed it in between. Load it again.'
      return HttpResponse.json({ errors: [{ status: '412', code: 'precondition-failed', title: 'Changed', detail }] }, { status: 412 })
    }),
  )
  const { user } = await open()
  const description = await screen.findByLabelText(/Description/)
  await user.type(description, 'The shop')
  await user.click(screen.getByLabelText('Apply without asking'))
  expect(screen.getByText(/slipway workspace update/).textContent).toContain("--description 'The shop' --auto-apply true")
  await user.click(screen.getByRole('button', { name: 'Save' }))
  expect(await screen.findByText('Somebody changed it in between. Load it again.')).toBeDefined()
  expect(sent).toMatchObject({ data: { type: 'workspaces', attributes: { description: 'The shop', 'auto-apply': true } } })
  expect(Object.keys((sent as unknown as { data: { attributes: object } }).data.attributes)).toEqual(['description', 'auto-apply'])
  expect(version).toBe('"7"')
  expect((description as HTMLInputElement).value).toBe('The shop')
})

test('a field that the server refuses says so', async () => {
  const detail = '"^^" is not a version constraint. Write one as "~> 1.12".'
  server.use(
    http.patch(`${ORIGIN}/api/v2/workspaces/:workspace`, () =>
      HttpResponse.json(
        { errors: [{ status: '422', code: 'invalid', title: 'Not accepted', detail, source: { pointer: '/data/attributes/terraform-version' } }] },
        { status: 422 },
      ),
    ),
  )
  const { user } = await open()
  const input = await screen.findByLabelText('Engine version')
  await user.clear(input)
  await user.type(input, '^^')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(input.getAttribute('aria-invalid')).toBe('true'))
  expect(screen.getAllByText(detail).length).toBeGreaterThan(0)
})

test('a reader sees the settings and no form', async () => {
  await open(workspaceCalled('shop-prod', { permissions: READER, description: 'The shop' }))
  expect(await screen.findByText('The shop')).toBeDefined()
  expect(screen.getByText(/This needs workspace.update here/)).toBeDefined()
  expect(screen.queryByRole('button', { name: 'Save' })).toBeNull()
  expect(screen.queryByRole('button', { name: /Delete/ })).toBeNull()
})

test('settings become a request and flags', () => {
  const after = { ...DEFAULTS, name: 'shop', project: 'prj-1', tags: ['env=prod', 'core'], 'working-directory': 'live/prod' }
  expect(resourceOf(DEFAULTS, after)).toEqual({
    type: 'workspaces',
    attributes: {
      name: 'shop',
      tags: [
        { key: 'env', value: 'prod' },
        { key: 'core', value: null },
      ],
      'working-directory': 'live/prod',
    },
    relationships: { project: { data: { type: 'projects', id: 'prj-1' } } },
  })
  expect(flagsOf(DEFAULTS, after, () => 'shop team')).toEqual([
    "--project 'shop team'",
    '--working-directory live/prod',
    '--tag env=prod',
    '--tag core',
  ])
})
