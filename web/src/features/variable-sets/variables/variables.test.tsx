import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { show } from '@/testing/render'
import type { Schema } from '@/api/query'
import VariablesTab from './tab'

const ORIGIN = window.location.origin
const WORKSPACE = 'ws-0000000000000001'
let mayChange = true
let sent: unknown[] = []

type Attributes = Schema<'Variable'>
const variable = (id: string, attributes: Partial<Attributes>) => ({
  id,
  type: 'vars',
  attributes: { key: id, value: '', category: 'terraform', hcl: false, sensitive: false, description: '', ...attributes },
})
const OWN = [variable('var-1', { key: 'greeting', value: 'Moin' }), variable('var-2', { key: 'door', value: null, sensitive: true })]
const set = { kind: 'project-set', 'variable-id': 'var-9', 'variable-set-id': 'varset-1', 'variable-set-name': 'shop-defaults', why: 'Given to the project.' }
const own = (id: string) => ({ kind: 'workspace', 'variable-id': id, why: 'Set on the workspace itself.' })
const effective = (id: string, attributes: object) => ({
  id,
  type: 'effective-variables',
  attributes: { category: 'terraform', hcl: false, sensitive: false, overridden: [], ...attributes },
})

const server = setupServer(
  http.get(`${ORIGIN}/api/v2/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
  http.get(`${ORIGIN}/api/v2/organizations/acme/workspaces/shop`, () =>
    HttpResponse.json({
      data: {
        id: WORKSPACE,
        type: 'workspaces',
        attributes: { name: 'shop', permissions: { 'can-read-variable': true, 'can-update-variable': mayChange } },
      },
    }),
  ),
  http.get(`${ORIGIN}/api/v2/workspaces/${WORKSPACE}/vars`, () => HttpResponse.json({ data: OWN })),
  http.get(`${ORIGIN}/api/v2/workspaces/${WORKSPACE}/effective-variables`, () =>
    HttpResponse.json({
      data: [
        effective('var-1', { key: 'greeting', value: 'Moin', origin: own('var-1'), overridden: [set] }),
        effective('var-2', { key: 'door', value: null, sensitive: true, origin: own('var-2') }),
        effective('var-8', { key: 'region', value: 'eu-west-1', origin: { ...set, 'variable-id': 'var-8' } }),
      ],
    }),
  ),
)

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
beforeEach(() => {
  mayChange = true
  sent = []
  window.scrollTo = () => undefined
})
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

function tab() {
  const page = (
    <Suspense>
      <VariablesTab />
    </Suspense>
  )
  return show(page, { path: '/app/$organization/workspaces/$workspace/variables', at: '/app/acme/workspaces/shop/variables' })
}

test('every value says where it comes from and what it hides; secrets are never there', async () => {
  const { user, container } = await tab()
  const mine = await screen.findByRole('list', { name: 'Variables of this workspace' })
  expect(within(mine).getByText('sensitive')).toBeDefined()
  const sets = await screen.findByRole('list', { name: 'From variable sets' })
  expect(sets.textContent).toContain('regioneu-west-1shop-defaults, set of the project')
  await expectAccessible(container)
  await user.click(await within(mine).findByRole('button', { name: 'This workspace, hides the value of shop-defaults' }))
  expect(await screen.findByText('Set on the workspace itself.')).toBeDefined()
  expect(screen.getByText('Hidden: shop-defaults, set of the project')).toBeDefined()
})

test('what the server refuses is said at the field, and what was typed stays', async () => {
  const detail = 'greeting is there already. Change that one.'
  server.use(
    http.post(`${ORIGIN}/api/v2/workspaces/${WORKSPACE}/vars`, async ({ request }) => {
      sent.push(await request.json())
      const error = { status: '422', code: 'invalid', title: 'Not accepted', detail, source: { pointer: '/data/attributes/key' } }
      return HttpResponse.json({ errors: [error] }, { status: 422 })
    }),
  )
  const { user } = await tab()
  await user.click(await screen.findByRole('button', { name: 'Add variable' }))
  const name = await screen.findByLabelText('Name')
  await user.type(name, 'greeting')
  await user.type(screen.getByLabelText('Value'), 'Hej du')
  expect(screen.getByText(/slipway variable set/).textContent).toContain("--workspace shop 'greeting=Hej du'")
  const buttons = screen.getAllByRole('button', { name: 'Add variable' })
  await user.click(buttons.at(-1) ?? name)
  await waitFor(() => expect(name.getAttribute('aria-invalid')).toBe('true'))
  expect(screen.getAllByText(detail).length).toBeGreaterThan(0)
  expect((screen.getByLabelText('Value') as HTMLTextAreaElement).value).toBe('Hej du')
  expect(sent[0]).toMatchObject({ data: { attributes: { key: 'greeting', value: 'Hej du', category: 'terraform', sensitive: false } } })
})

test('a secret keeps its value unless another one is typed, and cannot be made readable', async () => {
  server.use(
    http.patch(`${ORIGIN}/api/v2/workspaces/${WORKSPACE}/vars/var-2`, async ({ request }) => {
      sent.push(await request.json())
      return HttpResponse.json({ data: OWN[1] })
    }),
  )
  const { user } = await tab()
  await user.click(await screen.findByRole('button', { name: 'Change door' }))
  const secret = await screen.findByLabelText('Sensitive')
  expect(secret.getAttribute('aria-disabled')).toBe('true')
  expect(screen.getByText(/slipway variable set/).textContent).toMatch(/--sensitive door$/)
  await user.click(screen.getByRole('button', { name: 'Save variable' }))
  await waitFor(() => expect(sent).toHaveLength(1))
  expect(Object.keys((sent[0] as { data: { attributes: object } }).data.attributes)).not.toContain('value')
})

test('a reader changes nothing, and is told what it needs', async () => {
  mayChange = false
  await tab()
  const add = await screen.findByRole('button', { name: 'Add variable' })
  expect(add.getAttribute('aria-disabled')).toBe('true')
  for (const name of ['Change greeting', 'Delete greeting…']) {
    expect(screen.getByRole('button', { name }).getAttribute('aria-disabled')).toBe('true')
  }
  expect(document.body.textContent).toContain('needs workspace.variable.write here')
})
