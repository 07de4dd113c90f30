import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { acme, API, listOf, resourceOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import AccountTokens from './account-page'

const SECRET = 'slw_u_x7Kq2VnXe9pLd'
const TOKENS = `${API}/users/user-ada/authentication-tokens`
const server = setupServer(...acme())

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

function open(at = '/app/account/tokens') {
  const page = (
    <Suspense>
      <AccountTokens />
    </Suspense>
  )
  return show(page, { path: '/app/account/tokens', at })
}

const laptop = resourceOf('Token', 'at-1', { description: 'laptop', 'created-at': '2026-11-01T10:00:00.000Z', kind: 'user' })

test('a new token is asked for with its limits, shown once, and not in the list afterwards', async () => {
  let sent: unknown = null
  server.use(
    http.get(TOKENS, () => HttpResponse.json(listOf([laptop]))),
    http.post(TOKENS, async ({ request }) => {
      sent = await request.json()
      return HttpResponse.json({ data: { ...laptop, attributes: { ...laptop.attributes, token: SECRET } } }, { status: 201 })
    }),
  )
  const { user, router } = await open('/app/account/tokens?new=true')
  const dialog = within(await screen.findByRole('dialog', { name: 'New token' }))
  await user.type(dialog.getByLabelText('What is it for'), 'laptop')
  await user.selectOptions(dialog.getByLabelText('Counts for'), 'never')
  expect(dialog.getByText(/slipway token create/).textContent).toContain('--description laptop')
  await user.click(dialog.getByRole('button', { name: 'Make token' }))

  expect(await screen.findByText(SECRET)).toBeDefined()
  expect(screen.getByText(/shown only this once/)).toBeDefined()
  expect(screen.getByRole('button', { name: 'Copy the token' })).toBeDefined()
  expect(sent).toEqual({ data: { type: 'authentication-tokens', attributes: { description: 'laptop' } } })

  await user.click(screen.getByRole('button', { name: 'I have copied it' }))
  await waitFor(() => expect(screen.queryByText(SECRET)).toBeNull())
  expect(router.state.location.search).toEqual({})
})

test('a limited token without any limit is not made', async () => {
  server.use(http.get(TOKENS, () => HttpResponse.json(listOf([laptop]))))
  const { user } = await open('/app/account/tokens?new=true')
  const dialog = within(await screen.findByRole('dialog', { name: 'New token' }))
  await user.click(dialog.getByLabelText('Limit what it may do'))
  await user.click(dialog.getByRole('button', { name: 'Make token' }))
  expect(await dialog.findByText('Choose what it may do, or leave it unlimited.')).toBeDefined()
})

test('revoking says what happens then, and asks first', async () => {
  let isRevoked = false
  server.use(
    http.get(TOKENS, () => HttpResponse.json(listOf(isRevoked ? [] : [laptop]))),
    http.delete(`${API}/authentication-tokens/at-1`, () => {
      isRevoked = true
      return new HttpResponse(null, { status: 204 })
    }),
  )
  const { user } = await open()
  await user.click(await screen.findByRole('button', { name: 'More for laptop' }))
  await user.click(await screen.findByRole('menuitem', { name: /Revoke/ }))
  expect(await screen.findByText(/refused from the next request on/)).toBeDefined()
  expect(isRevoked).toBe(false)
  await user.click(screen.getByRole('button', { name: 'Revoke token' }))
  expect(await screen.findByText('No tokens yet')).toBeDefined()
})
