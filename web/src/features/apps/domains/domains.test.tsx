import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { attributesOf, isOff, ofShop, one, put, said, sent, server, serving, T0 } from '../fixture'
import Domains from './page'
import { isEnding, limitChanges, limitProblems, limitsOf } from './words'

serving()

const CHALLENGE = { 'dns-name': '_slipway-challenge.shop.example.com', 'dns-value': 'slipway=3f0c', 'http-url': 'http://shop.example.com/.well-known/slipway/3f0c' }
const AHEAD = new Date(Date.now() + 60 * 86_400_000).toISOString()

const domain = (id: string, changes: object = {}) =>
  one(id, 'app-domains', {
    host: 'shop.example.com',
    'is-verified': false,
    reason: 'There is no record `_slipway-challenge.shop.example.com`.',
    challenge: CHALLENGE,
    issuance: { status: 'none', reason: '' },
    'created-by': 'ada',
    'created-at': T0,
    ...changes,
  })

const PROVEN = domain('dom-2', {
  host: 'buy.example.com',
  'is-verified': true,
  reason: '',
  proof: 'dns',
  'verified-at': T0,
  certificate: { id: 'cert-1', origin: 'acme', 'not-after': AHEAD },
  issuance: { status: 'issued', reason: '', 'next-at': AHEAD },
})

const CERTIFICATE = one('cert-1', 'app-certificates', {
  names: ['buy.example.com', 'old.example.com'],
  hosts: ['buy.example.com'],
  issuer: 'Test Authority',
  origin: 'acme',
  fingerprint: 'ab',
  chain: '',
  'not-before': T0,
  'not-after': AHEAD,
  'created-by': 'the server',
  'created-at': T0,
})

const ROUTING = { hosts: ['shop.acme.localhost'], 'most-bytes': 0, 'most-requests': 200, 'patience-seconds': 0, redirect: 'automatic' }

interface Stage {
  readonly domains?: readonly object[]
  readonly isAllowed?: boolean
  readonly isAdmin?: boolean
}

function stage({ domains = [domain('dom-1'), PROVEN], isAllowed = true, isAdmin = false }: Stage = {}) {
  put()
  const hear =
    (answer: object | null, status = 200) =>
    async ({ request }: { request: Request }) => {
      sent.push([`${request.method} ${new URL(request.url).pathname.replace('/api/v2', '')}`, await attributesOf(request)])
      return answer ? HttpResponse.json({ data: answer }, { status }) : new HttpResponse(null, { status: 204 })
    }
  server.use(
    http.get(`${ACME}/access-explanations`, () => HttpResponse.json(listOf([one('a', 'access-explanations', { permission: 'app.update.routing', 'is-allowed': isAllowed })]))),
    http.get(`${API}/account/details`, () => HttpResponse.json({ data: one('user-1', 'users', { username: 'ada', 'is-site-admin': isAdmin }) })),
    http.get(`${API}/apps/app-1/domains`, () => HttpResponse.json(listOf(domains))),
    http.get(`${API}/apps/app-1/certificates`, () => HttpResponse.json(listOf([CERTIFICATE]))),
    http.get(`${API}/apps/app-1/routing`, () => HttpResponse.json({ data: one('app-1', 'app-routings', ROUTING) })),
    http.post(`${API}/apps/app-1/domains`, hear(domain('dom-3', { host: 'new.example.com' }), 201)),
    http.post(`${API}/app-domains/dom-1/actions/:action`, hear(domain('dom-1'))),
    http.delete(`${API}/app-domains/dom-2`, hear(null)),
    http.post(`${API}/apps/app-1/certificates`, hear(CERTIFICATE, 201)),
    http.delete(`${API}/app-certificates/cert-1`, hear(null)),
    http.patch(`${API}/apps/app-1/routing`, hear(one('app-1', 'app-routings', ROUTING))),
  )
}

test('what waits for its owner says what he has to do, and what is proven how its certificate stands', async () => {
  stage()
  const { container, user } = await ofShop(Domains, '/domains')
  const table = within(await screen.findByRole('table', { name: 'Domains' }))
  expect(await table.findByText('Not proven')).toBeDefined()
  expect(table.getByText(/^got by itself, until/)).toBeDefined()
  expect(await screen.findByText('Prove shop.example.com')).toBeDefined()
  expect(screen.getByText('slipway=3f0c')).toBeDefined()
  expect(screen.getByText(CHALLENGE['http-url'])).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Look now' }))
  await waitFor(() => expect(sent).toEqual([['POST /app-domains/dom-1/actions/verify', null]]))
  await user.click(table.getByRole('link', { name: 'buy.example.com' }))
  expect(await screen.findByText(/^by its record/)).toBeDefined()
  expect(screen.queryByText('Prove shop.example.com')).toBeNull()
})

test('one is added, and what proves it is shown; one is removed', async () => {
  stage({ domains: [PROVEN] })
  const { user, router } = await ofShop(Domains, '/domains')
  await user.click(await screen.findByRole('button', { name: 'Add a domain…' }))
  let dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByRole('button', { name: 'Add domain' }))
  expect(await dialog.findByText('Write the name, as shop.example.com.')).toBeDefined()
  await user.type(dialog.getByLabelText('Name'), 'new.example.com')
  expect(said(dialog.getByText(/slipway app domain add/))).toContain('slipway app domain add new.example.com --app shop')
  await user.click(dialog.getByRole('button', { name: 'Add domain' }))
  await waitFor(() => expect(sent).toEqual([['POST /apps/app-1/domains', { host: 'new.example.com' }]]))
  await waitFor(() => expect(router.state.location.search).toEqual({ domain: 'new.example.com' }))
  await user.click(screen.getByRole('button', { name: 'Remove buy.example.com' }))
  dialog = within(await screen.findByRole('dialog'))
  expect(dialog.getByText(/takes no requests for buy\.example\.com any more/)).toBeDefined()
  await user.click(dialog.getByRole('button', { name: 'Remove domain' }))
  await waitFor(() => expect(sent.at(-1)?.[0]).toBe('DELETE /app-domains/dom-2'))
})

test('a certificate is uploaded from a file or from what is pasted, and removed', async () => {
  stage({ domains: [] })
  const { user } = await ofShop(Domains, '/domains')
  await screen.findByText('No domain yet')
  await user.click(screen.getByRole('button', { name: 'Upload…' }))
  let dialog = within(await screen.findByRole('dialog'))
  await user.upload(dialog.getByLabelText('A file with the chain'), new File(['-----BEGIN CERTIFICATE-----'], 'fullchain.pem'))
  await waitFor(() => expect((dialog.getByLabelText('Chain') as HTMLTextAreaElement).value).toBe('-----BEGIN CERTIFICATE-----'))
  await user.type(dialog.getByLabelText('Key'), 'the key')
  await user.click(dialog.getByRole('button', { name: 'Upload certificate' }))
  await waitFor(() => expect(sent).toEqual([['POST /apps/app-1/certificates', { chain: '-----BEGIN CERTIFICATE-----', key: 'the key' }]]))
  await user.click(screen.getByRole('button', { name: 'Remove the certificate for buy.example.com, old.example.com' }))
  dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByRole('button', { name: 'Remove certificate' }))
  await waitFor(() => expect(sent.at(-1)?.[0]).toBe('DELETE /app-certificates/cert-1'))
})

test('what the router takes is changed; nothing is what the site has', async () => {
  stage()
  const { user } = await ofShop(Domains, '/domains')
  expect(isOff(await screen.findByRole('button', { name: 'Save' }))).toBe(true)
  await user.type(screen.getByLabelText(/^Largest body/), '10')
  await user.clear(screen.getByLabelText(/^At work at once/))
  expect(said(screen.getByText(/slipway app routing shop/))).toContain('--most-bytes 10485760 --most-requests 0')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toEqual([['PATCH /apps/app-1/routing', { 'most-bytes': 10_485_760, 'most-requests': 0 }]]))
})

test('who may not change it is told; administrators of the site have one count', async () => {
  stage({ isAllowed: false, isAdmin: true })
  const { user } = await ofShop(Domains, '/domains')
  await screen.findByText('Prove shop.example.com')
  await waitFor(() => expect(isOff(screen.getByRole('button', { name: 'Add a domain…' }))).toBe(true))
  for (const name of ['Look now', 'Upload…', 'Remove buy.example.com']) expect(isOff(screen.getByRole('button', { name }))).toBe(true)
  await user.click(await screen.findByRole('button', { name: 'Have it count' }))
  await waitFor(() => expect(sent).toEqual([['POST /app-domains/dom-1/actions/approve', null]]))
})

test('limits are numbers or nothing, and what ends within three weeks is told', () => {
  const limits = limitsOf({ attributes: { ...ROUTING, redirect: 'automatic' } })
  expect(limits).toEqual({ 'most-bytes': '', 'patience-seconds': '', 'most-requests': '200', redirect: 'automatic' })
  expect(limitChanges(limits, { ...limits, 'most-bytes': '0.5', redirect: 'never' })).toEqual({ 'most-bytes': 524_288, redirect: 'never' })
  expect(Object.keys(limitProblems({ ...limits, 'most-bytes': 'x', 'patience-seconds': '1.5', 'most-requests': '-1' }))).toEqual(['most-bytes', 'patience-seconds', 'most-requests'])
  const now = Date.parse(T0)
  expect([isEnding('2026-12-01T00:00:00Z', now), isEnding('2027-01-01T00:00:00Z', now)]).toEqual([true, false])
})
