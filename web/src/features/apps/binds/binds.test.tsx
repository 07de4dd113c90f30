import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { app, attributesOf, isOff, NOTHING, ofShop, one, put, said, sent, server, serving, T0 } from '../fixture'
import Binds from './page'
import { parsedNames } from '@/lib/named-outputs'

serving()

const bind = (changes: object = {}) =>
  one('bind-1', 'app-binds', {
    origin: { kind: 'resource', id: 'res-1', name: 'orders-db' },
    status: 'bound',
    reason: '',
    variables: [{ name: 'DATABASE_URL', output: 'url' }],
    'created-by': 'ada',
    'created-at': T0,
    'updated-at': T0,
    ...changes,
  })

function stage(binds: readonly object[]) {
  put()
  server.use(
    http.get(`${API}/apps/app-1/binds`, () => HttpResponse.json(listOf(binds))),
    http.get(`${ACME}/service-instances`, () => HttpResponse.json(listOf([one('inst-1', 'service-instances', { name: 'orders' })]))),
    http.get(`${ACME}/workspaces`, () => HttpResponse.json(listOf([one('ws-1', 'workspaces', { name: 'network' })]))),
    http.post(`${API}/apps/app-1/binds`, async ({ request }) => {
      sent.push(['POST /apps/app-1/binds', await attributesOf(request)])
      return HttpResponse.json({ data: bind() }, { status: 201 })
    }),
    http.delete(`${API}/app-binds/bind-1`, ({ request }) => {
      sent.push(['DELETE /app-binds/bind-1', new URL(request.url).search])
      return new HttpResponse(null, { status: 204 })
    }),
  )
}

test('what it is bound to stands with its variables, and why one has no value', async () => {
  stage([bind(), { ...bind({ origin: { kind: 'workspace', id: null, name: null }, status: 'waiting', reason: 'It has no outputs yet.' }), id: 'bind-2' }])
  const { container } = await ofShop(Binds, '/binds')
  expect((await screen.findByRole('link', { name: 'orders-db' })).getAttribute('href')).toBe('/app/acme/resources/res-1')
  expect(screen.getByText('A workspace that you may not see')).toBeDefined()
  expect(screen.getByText('It has no outputs yet.')).toBeDefined()
  await expectAccessible(container)
})

test('it is bound to a workspace, under names of its own', async () => {
  stage([])
  const { user } = await ofShop(Binds, '/binds')
  await screen.findByText('Bound to nothing')
  await user.click(screen.getByRole('button', { name: 'Bind…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByRole('button', { name: 'Bind it' }))
  expect(await dialog.findByText('Choose what it is bound to.')).toBeDefined()
  await user.selectOptions(dialog.getByLabelText('To'), 'workspace')
  await user.type(await dialog.findByLabelText('Which'), 'net')
  await user.click(await screen.findByRole('option', { name: /network/, hidden: true }))
  await user.click(dialog.getByText('Variables'))
  await user.type(dialog.getByLabelText(/^Outputs/), 'vpc_id=VPC_ID')
  expect(said(dialog.getByText(/slipway app bind/))).toContain('slipway app bind shop --from-workspace network --value-name vpc_id=VPC_ID')
  await user.click(dialog.getByRole('button', { name: 'Bind it' }))
  await waitFor(() => expect(sent).toEqual([['POST /apps/app-1/binds', { workspace: 'ws-1', names: { vpc_id: 'VPC_ID' } }]]))
})

test('it is unbound, at once or later', async () => {
  stage([bind()])
  const { user } = await ofShop(Binds, '/binds')
  await user.click(await screen.findByRole('button', { name: 'Unbind orders-db' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByLabelText('Later'))
  await user.click(dialog.getByRole('button', { name: 'Unbind' }))
  await waitFor(() => expect(sent).toEqual([['DELETE /app-binds/bind-1', '?staged=true']]))
})

test('who may only see it is told', async () => {
  stage([bind()])
  server.use(http.get(`${ACME}/apps/shop`, () => HttpResponse.json({ data: app({ permissions: { ...NOTHING, 'can-read-env': true } }) })))
  await ofShop(Binds, '/binds')
  expect(isOff(await screen.findByRole('button', { name: 'Unbind orders-db' }))).toBe(true)
})

test('names are pairs, one in each line', () => {
  expect(parsedNames('url = DATABASE_URL\n\nhost=HOST\n')).toEqual({ url: 'DATABASE_URL', host: 'HOST' })
  expect(parsedNames('url')).toBeNull()
})
