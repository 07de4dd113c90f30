import { screen, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ACME, acme, listOf, resourceOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import Members from './page'

const MEMBERS = `${ACME}/organization-memberships`
const LINK = 'https://slipway.example.com/invitations/slw_l_abc'
const server = setupServer()

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const invited = (invitation: object = {}) =>
  resourceOf('OrganizationMembership', 'ou-1', {
    status: 'invited',
    email: 'bob@example.org',
    'created-at': '2026-11-21T06:00:00.000Z',
    ...invitation,
  })

function open(at = '/app/acme/settings/members') {
  const page = (
    <Suspense>
      <Members />
    </Suspense>
  )
  return show(page, { path: '/app/$organization/settings/members', at })
}

async function invite(answer: object) {
  server.use(
    ...acme(),
    http.get(MEMBERS, () => HttpResponse.json(listOf([invited()]))),
    http.post(MEMBERS, () => HttpResponse.json({ data: answer }, { status: 201 })),
  )
  const { user } = await open('/app/acme/settings/members?invite=true')
  const dialog = within(await screen.findByRole('dialog', { name: 'Invite somebody to acme' }))
  await user.type(dialog.getByLabelText('Mail address'), 'bob@example.org')
  expect(dialog.getByText(/slipway member invite/).textContent).toContain('bob@example.org')
  await user.click(dialog.getByRole('button', { name: 'Invite' }))
}

test('where the server sends no mail, the link of an invitation is shown to be handed on', async () => {
  await invite(invited({ invitation: { url: LINK, 'expired-at': '2026-11-28T06:00:00.000Z' } }))
  expect(await screen.findByText(LINK)).toBeDefined()
  expect(screen.getByText('Hand this link to bob@example.org')).toBeDefined()
  expect(screen.getByRole('button', { name: 'Copy the link' })).toBeDefined()
})

test('with mail, only that it is on its way', async () => {
  await invite(invited())
  expect(await screen.findByText('The link is on its way to bob@example.org')).toBeDefined()
  expect(screen.queryByRole('button', { name: 'Copy the link' })).toBeNull()
})

test('a reader is told what is missing, and cannot invite', async () => {
  server.use(
    ...acme({ isReader: true }),
    http.get(MEMBERS, () => HttpResponse.json(listOf([invited()]))),
  )
  const { user } = await open()
  const button = await screen.findByRole('button', { name: 'Invite…' })
  expect(button.getAttribute('aria-disabled')).toBe('true')
  const reason = document.getElementById(button.getAttribute('aria-describedby') ?? '')?.textContent
  expect(reason).toBe('You need the permission organization.access.members for this. Ask an administrator of acme.')
  await user.click(button)
  expect(screen.queryByRole('dialog')).toBeNull()
})
