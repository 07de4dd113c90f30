import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { acme, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import { forgeHosts, hostOf } from './hosts'
import ForgeAccounts from './page'

const LIST = `${API}/account/forge-accounts`
const ADA = { id: 'fa-1', type: 'forge-accounts', attributes: { host: 'github.com', login: 'ada', 'is-seen': false, 'created-at': '2026-11-21T06:00:00.000Z' } }

const server = setupServer(...acme())
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const open = (search = '') =>
  show(
    <Suspense>
      <ForgeAccounts />
    </Suspense>,
    { path: '/app/account/forge-accounts', at: `/app/account/forge-accounts${search}` },
  )

test('without any it says what a link is for; one is made of what people paste', async () => {
  let sent: unknown
  server.use(
    http.get(LIST, () => HttpResponse.json(listOf(sent ? [ADA] : []))),
    http.post(LIST, async ({ request }) => {
      sent = ((await request.json()) as { data: { attributes: unknown } }).data.attributes
      return HttpResponse.json({ data: { ...ADA, attributes: { ...ADA.attributes, code: 'k3y' } } }, { status: 201 })
    }),
  )
  const { user, container } = await open()
  expect((await screen.findByText(/count only when Slipway knows who wrote/)).textContent).toContain('slipway apply')
  await user.click(screen.getByRole('button', { name: 'Link an account' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByRole('button', { name: 'Link account' }))
  expect(await dialog.findByText('Name the forge’s host: github.com.')).toBeDefined()
  await waitFor(() => expect(dialog.getByLabelText<HTMLInputElement>('Forge').readOnly).toBe(false))
  await user.click(dialog.getByLabelText('Forge'))
  await user.paste('https://GitHub.com/ada')
  await user.click(dialog.getByLabelText('Your login there'))
  await user.paste('@ada')
  expect(dialog.getByText(/slipway account link/).textContent).toContain('link github.com ada')
  await user.click(dialog.getByRole('button', { name: 'Link account' }))
  // The account shows by a comment that it is meant.
  expect(await dialog.findByText('slipway link k3y')).toBeDefined()
  await expectAccessible(container)
  await user.click(dialog.getByRole('button', { name: 'I have copied it' }))
  expect(await screen.findByRole('cell', { name: 'ada' })).toBeDefined()
  expect(screen.getByText(/not before its comment/)).toBeDefined()
  expect(sent).toEqual({ host: 'github.com', login: '@ada' })
})

test('an account that somebody else has is said at the form; what was typed stays', async () => {
  server.use(
    http.get(LIST, () => HttpResponse.json(listOf([ADA]))),
    http.post(LIST, () =>
      HttpResponse.json({ errors: [{ status: '409', code: 'already-exists', title: 'Already exists', detail: 'Somebody has linked eve at github.com.' }] }, { status: 409 }),
    ),
  )
  const { user } = await open('?link=true')
  const dialog = within(await screen.findByRole('dialog'))
  await waitFor(() => expect(dialog.getByLabelText<HTMLInputElement>('Forge').readOnly).toBe(false))
  await user.type(dialog.getByLabelText('Forge'), 'github.com')
  await user.type(dialog.getByLabelText('Your login there'), 'eve')
  await user.click(dialog.getByRole('button', { name: 'Link account' }))
  expect(await dialog.findByText('Somebody has linked eve at github.com.')).toBeDefined()
  expect((dialog.getByLabelText('Your login there') as HTMLInputElement).value).toBe('eve')
})

test('unlinking says what it means, and asks first', async () => {
  let isGone = false
  server.use(
    http.get(LIST, () => HttpResponse.json(listOf(isGone ? [] : [ADA]))),
    http.delete(`${LIST}/fa-1`, () => {
      isGone = true
      return new HttpResponse(null, { status: 204 })
    }),
  )
  const { user } = await open()
  await user.click(await screen.findByRole('button', { name: 'Unlink… ada at github.com' }))
  expect(await screen.findByText(/starts nothing/)).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'Unlink' }))
  await waitFor(() => expect(screen.getByText('No account at a forge is linked')).toBeDefined())
})

test('hosts are what stands in addresses', () => {
  expect(['https://git.example.com:8443/', 'git@GitHub.com', 'github.com', '[::1]:3000/x'].map(hostOf)).toEqual([
    'git.example.com:8443',
    'github.com',
    'github.com',
    '[::1]:3000',
  ])
  const forge = (group: string, url?: string) => ({ id: group, type: 'integrations', attributes: { group, settings: { ...(url && { url }) } } }) as never
  expect(forgeHosts([forge('forge', 'https://gitea.example.com'), forge('forge'), forge('cloud', 'https://aws.example.com')])).toEqual(['gitea.example.com'])
})
