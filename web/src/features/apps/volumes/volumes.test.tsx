import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { app, attributesOf, isOff, NOTHING, ofShop, one, put, said, sent, server, serving, T0 } from '../fixture'
import AppVolumes from './page'

serving()

const BIND = one('vbind-1', 'volume-binds', {
  volume: { id: 'vol-1', name: 'shop-data' },
  app: 'app-1',
  path: '/data',
  'is-read-only': true,
  processes: ['worker'],
  'created-by': 'ada',
  'created-at': T0,
})

function stage(binds: readonly object[], shown = app()) {
  put({ shown })
  server.use(
    http.get(`${API}/apps/app-1/volume-binds`, () => HttpResponse.json(listOf(binds))),
    http.get(`${ACME}/volumes`, () =>
      HttpResponse.json(
        listOf([
          one('vol-1', 'volumes', { name: 'shop-data', plan: 'fast', pool: 'main', permissions: { 'can-bind': true, 'can-delete': true } }),
          one('vol-2', 'volumes', { name: 'far-data', plan: 'fast', pool: 'far', permissions: { 'can-bind': true, 'can-delete': true } }),
        ]),
      ),
    ),
    http.post(`${API}/apps/app-1/volume-binds`, async ({ request }) => {
      sent.push(['POST /apps/app-1/volume-binds', await attributesOf(request)])
      return HttpResponse.json({ data: BIND }, { status: 201 })
    }),
    http.delete(`${API}/volume-binds/vbind-1`, ({ request }) => {
      sent.push(['DELETE /volume-binds/vbind-1', new URL(request.url).search])
      return new HttpResponse(null, { status: 204 })
    }),
  )
}

test('volumes stand with where units see them, and are taken away', async () => {
  stage([BIND])
  const { container, user } = await ofShop(AppVolumes, '/volumes')
  expect(await screen.findByText('/data')).toBeDefined()
  expect(screen.getByText('only to read')).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Take shop-data away from /data' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByLabelText('Later'))
  expect(said(dialog.getByText(/slipway volume unbind/))).toContain('slipway volume unbind shop-data /data --app shop --no-restart')
  await user.click(dialog.getByRole('button', { name: 'Take it away' }))
  await waitFor(() => expect(sent).toEqual([['DELETE /volume-binds/vbind-1', '?staged=true']]))
})

test('one of its pool is bound at a path', async () => {
  stage([])
  const { user } = await ofShop(AppVolumes, '/volumes')
  await screen.findByText('Its units see no volume')
  await user.click(screen.getByRole('button', { name: 'Bind a volume…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByRole('button', { name: 'Bind it' }))
  expect(await dialog.findByText('Choose a volume.')).toBeDefined()
  await user.type(await dialog.findByLabelText('Volume'), 'data')
  await user.click(await screen.findByRole('option', { name: /shop-data/, hidden: true }))
  expect(screen.queryByRole('option', { name: /far-data/, hidden: true })).toBeNull()
  await user.type(dialog.getByLabelText('Seen at'), '/data')
  await user.click(dialog.getByLabelText('Units only read'))
  await user.click(dialog.getByRole('button', { name: 'Bind it' }))
  await waitFor(() => expect(sent).toEqual([['POST /apps/app-1/volume-binds', { volume: 'vol-1', path: '/data', 'is-read-only': true, processes: [], staged: false }]]))
})

test('who may not change the app is told', async () => {
  stage([BIND], app({ permissions: NOTHING }))
  await ofShop(AppVolumes, '/volumes')
  expect(isOff(await screen.findByRole('button', { name: 'Bind a volume…' }))).toBe(true)
})
