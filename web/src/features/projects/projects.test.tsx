import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, acme, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import { CatalogRules } from './catalog-rules'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const ADDRESS = `${API}/projects/prj-1/catalog-rules`
const rules = { 'when-stale': 'notify', 'unapproved-fields': ['tags', 'values/size'], 'git-workspace': null }
const AT = { path: '/app/$organization/projects', at: '/app/acme/projects' }
const live = http.get(`${ACME}/git-workspaces`, () => HttpResponse.json(listOf([{ id: 'gw-1', type: 'git-workspaces', attributes: { name: 'live', repository: 'platform/live' } }])))

test('what a project says about its resources is shown, and changed with the version that was read', async () => {
  let sent: unknown
  server.use(
    ...acme(),
    live,
    http.get(ADDRESS, () => HttpResponse.json({ data: { id: 'prj-1', type: 'catalog-rules', attributes: rules } }, { headers: { etag: '"3"' } })),
    http.patch(ADDRESS, async ({ request }) => {
      sent = [request.headers.get('if-match'), ((await request.json()) as { data: { attributes: unknown } }).data.attributes]
      return HttpResponse.json({ data: { id: 'prj-1', type: 'catalog-rules', attributes: rules } })
    }),
  )
  const { user, container } = await show(<CatalogRules projectId="prj-1" name="shop" mayUpdate />, AT)
  expect(await screen.findByText('resources are marked as stale')).toBeDefined()
  expect(screen.getByText('values/size')).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'Change' }))
  const dialog = within(await screen.findByRole('dialog'))
  await expectAccessible(container)
  await user.click(dialog.getByLabelText('It follows'))
  await user.click(dialog.getByLabelText(/^Code is kept in/))
  await user.click(await screen.findByRole('option', { name: /live/, hidden: true }))
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toEqual(['"3"', { 'when-stale': 'apply', 'unapproved-fields': ['tags', 'values/size'], 'git-workspace': 'gw-1' }]))
})

test('tags and settings that all resources have are lines, and are sent only when they were changed', async () => {
  let sent: unknown
  const said = { ...rules, tags: [{ name: 'team', value: 'shop', 'is-inherited': true }], settings: [] }
  server.use(
    ...acme(),
    live,
    http.get(ADDRESS, () => HttpResponse.json({ data: { id: 'prj-1', type: 'catalog-rules', attributes: said } })),
    http.patch(ADDRESS, async ({ request }) => {
      sent = ((await request.json()) as { data: { attributes: unknown } }).data.attributes
      return HttpResponse.json({ data: { id: 'prj-1', type: 'catalog-rules', attributes: said } })
    }),
  )
  const { user } = await show(<CatalogRules projectId="prj-1" name="shop" mayUpdate />, AT)
  expect(await screen.findByText('team=shop')).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'Change' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText(/^Settings of all resources/), 'region=north{enter}zone=a=b')
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  const settings = [
    { name: 'region', value: 'north', 'is-inherited': true },
    { name: 'zone', value: 'a=b', 'is-inherited': true },
  ]
  await waitFor(() => expect(sent).toEqual({ 'when-stale': 'notify', 'unapproved-fields': ['tags', 'values/size'], 'git-workspace': null, settings }))
})

test('a project becomes a demo by a switch, and says that it is one', async () => {
  let sent: unknown
  server.use(
    ...acme(),
    live,
    http.get(ADDRESS, () => HttpResponse.json({ data: { id: 'prj-1', type: 'catalog-rules', attributes: { ...rules, 'is-demo': sent !== undefined } } })),
    http.patch(ADDRESS, async ({ request }) => {
      sent = ((await request.json()) as { data: { attributes: unknown } }).data.attributes
      return HttpResponse.json({ data: { id: 'prj-1', type: 'catalog-rules', attributes: { ...rules, 'is-demo': true } } })
    }),
  )
  const { user } = await show(<CatalogRules projectId="prj-1" name="shop" mayUpdate />, AT)
  await user.click(await screen.findByRole('button', { name: 'Change' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByLabelText('Demo'))
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toEqual({ 'when-stale': 'notify', 'unapproved-fields': ['tags', 'values/size'], 'git-workspace': null, 'is-demo': true }))
  expect(await screen.findByText('resources are planned, and never made')).toBeDefined()
})

test('who may not change the project is told so; who may not see it sees nothing', async () => {
  server.use(
    ...acme(),
    live,
    http.get(ADDRESS, () =>
      HttpResponse.json({ data: { id: 'prj-1', type: 'catalog-rules', attributes: { 'when-stale': 'plan', 'unapproved-fields': [], 'git-workspace': 'gw-1' } } }),
    ),
  )
  await show(<CatalogRules projectId="prj-1" name="shop" mayUpdate={false} />, AT)
  expect(await screen.findByText('the description only')).toBeDefined()
  expect(await screen.findByRole('link', { name: 'live' })).toBeDefined()
  expect(screen.getByRole('button', { name: 'Change' }).getAttribute('aria-disabled')).toBe('true')
})
