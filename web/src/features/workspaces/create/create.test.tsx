import { File as NodeFile } from 'node:buffer'
import { fireEvent, screen, waitFor } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { show } from '@/testing/render'
import { listOf, workspaceCalled } from '../fixture'
import NewWorkspacePage from './page'

const ORIGIN = window.location.origin
const ORGANIZATION = `${ORIGIN}/api/v2/organizations/acme`
let asked: string[] = []
let bodies: unknown[] = []
const server = setupServer(
  http.get(`${ORIGIN}/api/v2/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
  http.get(`${ORGANIZATION}/projects`, () =>
    HttpResponse.json(listOf([{ id: 'prj-1', type: 'projects', attributes: { name: 'default', 'is-default': true, permissions: { 'can-create-workspace': true } } }])),
  ),
  http.get(`${ORGANIZATION}/agent-pools`, () => HttpResponse.json(listOf([]))),
  http.post(`${ORGANIZATION}/workspaces`, async ({ request }) => {
    asked.push('create')
    bodies.push(await request.json())
    return HttpResponse.json({ data: workspaceCalled('shop') }, { status: 201 })
  }),
  http.post(`${ORIGIN}/api/v2/workspaces/:workspace/configuration-versions`, () => {
    asked.push('configuration')
    return HttpResponse.json({ data: { id: 'cv-1', type: 'configuration-versions', attributes: {} } }, { status: 201 })
  }),
  http.put(`${ORIGIN}/api/v2/configuration-versions/cv-1/upload`, async ({ request }) => {
    const [first, second] = new Uint8Array(await request.arrayBuffer())
    asked.push(first === 0x1f && second === 0x8b ? 'upload of gzip' : 'upload of something else')
    return new HttpResponse(null, { status: 200 })
  }),
  http.post(`${ORIGIN}/api/v2/runs`, async ({ request }) => {
    asked.push('run')
    bodies.push(await request.json())
    return HttpResponse.json({ data: { id: 'run-1', type: 'runs', attributes: {} } }, { status: 201 })
  }),
)

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
beforeEach(() => {
  asked = []
  bodies = []
})
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const open = () => show(<NewWorkspacePage />, { path: '/app/$organization/new-workspace', at: '/app/acme/new-workspace' })

/** Files as a directory input gives them; jsdom's own cannot be streamed. */
function choose(files: Readonly<Record<string, string>>) {
  const list = Object.entries(files).map(([path, text]) =>
    Object.assign(new NodeFile([text], path), { webkitRelativePath: `hello/${path}` }),
  )
  fireEvent.change(screen.getByLabelText('Folder with the configuration'), { target: { files: list } })
}

test('a name and a folder lead to the first run', async () => {
  const { user, router, container } = await open()
  await user.type(screen.getByLabelText('Name'), 'shop')
  choose({ 'main.tf': 'terraform {}', 'notes.txt': 'not for others', '.terraformignore': 'notes.txt' })
  expect(await screen.findByText(/2 files, 21 B before compression; 1 left out/)).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Create and plan' }))
  await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/workspaces/shop/runs/run-1'))
  expect(asked).toEqual(['create', 'configuration', 'upload of gzip', 'run'])
  expect(bodies[0]).toEqual({ data: { type: 'workspaces', attributes: { name: 'shop' }, relationships: {} } })
  expect(bodies[1]).toMatchObject({ data: { relationships: { 'configuration-version': { data: { id: 'cv-1' } } } } })
})

test('without a folder nothing is made, and it says what is missing', async () => {
  const { user } = await open()
  await user.type(screen.getByLabelText('Name'), 'shop')
  await user.click(screen.getByRole('button', { name: 'Create and plan' }))
  expect(await screen.findByText('Choose the folder with the configuration, or another way to bring it.')).toBeDefined()
  expect(asked).toEqual([])
})

test('a folder without a configuration at its top is said before it is uploaded', async () => {
  await open()
  choose({ 'live/main.tf': 'terraform {}' })
  expect(await screen.findByText(/No .tf or .tofu file at its top/)).toBeDefined()
})

test('when the upload fails, pressing again does not make a second workspace', async () => {
  server.use(
    http.put(
      `${ORIGIN}/api/v2/configuration-versions/cv-1/upload`,
      () => HttpResponse.json({ errors: [{ status: '413', code: 'too-large', title: 'Too large', detail: 'The archive is too large.' }] }, { status: 413 }),
      { once: true },
    ),
  )
  const { user, router } = await open()
  await user.type(screen.getByLabelText('Name'), 'shop')
  choose({ 'main.tf': 'terraform {}' })
  await screen.findByText(/1 file/)
  await user.click(screen.getByRole('button', { name: 'Create and plan' }))
  expect(await screen.findByText('The archive is too large.')).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'Create and plan' }))
  await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/workspaces/shop/runs/run-1'))
  expect(asked.filter((one) => one === 'create')).toHaveLength(1)
})

test('the command says what the form does', async () => {
  const { user } = await open()
  await user.type(screen.getByLabelText('Name'), 'shop')
  await user.click(screen.getByText('More settings'))
  await user.type(screen.getByLabelText(/Working directory/), 'live/prod')
  expect(screen.getByText(/slipway workspace create/).textContent).toContain('slipway workspace create shop --working-directory live/prod')
})
