import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { API, listOf } from '@/testing/organization-stage'
import { Toasts } from '@/ui/toast'
import { app, deploy, isOff, NOTHING, ofShop, put, said, sent, server, serving, T0 } from '../fixture'
import DeployPage from '../deploys/one-page'
import Versions from '../versions/page'
import Env from './page'

serving()

/** The page, and what is told at its edge. */
const Telling = () => (
  <>
    <Env />
    <Toasts />
  </>
)

const changes = async () => within(await screen.findByRole('table', { name: 'Changes of variables' }))

test('changes are shown with who made them, and nothing that is private', async () => {
  put()
  const { container } = await ofShop(Env, '/variables')
  const table = await changes()
  expect(await table.findByText('from info to debug')).toBeDefined()
  expect(table.getByText('set, private')).toBeDefined()
  expect(table.getByText('set to slow')).toBeDefined()
  expect(table.getByText('only worker')).toBeDefined()
  expect(table.getByText('ada')).toBeDefined()
  expect(table.queryByRole('button', { name: 'Bring back the variables of number 3' })).toBeNull()
  expect(said(screen.getByText(/slipway app env history/))).toContain('slipway app env history shop')
  await expectAccessible(container)
})

test('former variables are brought back, and what is left out is told', async () => {
  put()
  const { user } = await ofShop(Telling, '/variables')
  await user.click(await (await changes()).findByRole('button', { name: 'Bring back the variables of number 2' }))
  const dialog = within(await screen.findByRole('dialog'))
  expect(dialog.getByText(/What binds give stays as it is now/)).toBeDefined()
  await user.click(dialog.getByLabelText(/^Wait for the next/))
  expect(said(dialog.getByText(/slipway app env restore/))).toContain('slipway app env restore 2 --staged --app shop')
  await user.click(dialog.getByRole('button', { name: 'Bring them back' }))
  expect(await screen.findByText('The variables of number 2 are back, without DATABASE_URL.')).toBeDefined()
  expect(sent).toEqual([['POST /apps/app-1/actions/restore-env', { number: 2, staged: true }]])
})

test('they are not brought back by who may not, nor where they do not fit', async () => {
  put({ shown: app({ permissions: { ...NOTHING, 'can-read-env': true } }) })
  const only = await ofShop(Env, '/variables')
  expect(isOff(await (await changes()).findByRole('button', { name: 'Bring back the variables of number 2' }))).toBe(true)
  only.unmount()
  put()
  const detail = 'The variables of number 2 cannot come back as they were. DB is an alias of URL, which is not set.'
  server.use(
    http.get(`${API}/apps/app-1/env`, () => HttpResponse.json({ data: { id: 'app-1', type: 'app-envs', attributes: { number: 0, variables: [] } } })),
    http.post(`${API}/apps/app-1/actions/restore-env`, () =>
      HttpResponse.json({ errors: [{ status: '422', code: 'invalid', title: 'invalid', detail, source: { pointer: '/data/attributes/number' } }] }, { status: 422 }),
    ),
  )
  const { user } = await ofShop(Env, '/variables')
  await user.click(await (await changes()).findByRole('button', { name: 'Bring back the variables of number 2' }))
  await user.click(await screen.findByRole('button', { name: 'Bring them back' }))
  expect(await screen.findByText(detail)).toBeDefined()
})

test('variables that wait are told, and brought to the units by a restart', async () => {
  put({ isEnvPending: true })
  const { user, container } = await ofShop(Env, '/variables')
  expect(await screen.findByText('Units still see former variables')).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Restart…' }))
  await user.click(await screen.findByRole('button', { name: 'Restart' }))
  await waitFor(() => expect(sent.map(([what]) => what)).toEqual(['POST /apps/app-1/actions/restart']))
})

test('variables do not wait for a restart while a deploy goes on', async () => {
  put({ isEnvPending: true, shown: app({ 'active-deploy': 'deploy-1' }) })
  await ofShop(Env, '/variables')
  await screen.findByRole('table', { name: 'Variables' })
  expect(screen.queryByText('Units still see former variables')).toBeNull()
})

test('an app whose variables nobody set has no history', async () => {
  put({ variables: [] })
  server.use(http.get(`${API}/apps/app-1/env-changes`, () => HttpResponse.json(listOf([]))))
  await ofShop(Env, '/variables')
  expect(await screen.findByText('Nothing was changed yet')).toBeDefined()
})

test('a version is run again with its variables', async () => {
  put()
  const { user } = await ofShop(Versions, '/versions')
  await user.click(await screen.findByRole('button', { name: 'Roll back to version 6' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByLabelText(/^Bring its variables back/))
  expect(said(dialog.getByText(/slipway app rollback/))).toContain('slipway app rollback 6 --with-env --app shop')
  await user.click(dialog.getByRole('button', { name: 'Roll back' }))
  await waitFor(() => expect(sent).toEqual([['POST /apps/app-1/actions/rollback', { 'app-version': 6, 'with-env': true, message: '' }]]))
})

test('a deploy says which variables it brought back', async () => {
  put({ deploys: [deploy({ kind: 'rollback', status: 'failed', 'ended-at': T0, 'restored-env': { number: 2, 'left-out': ['DATABASE_URL'] } })] })
  server.use(http.get(`${API}/deploys/deploy-1/log/stream`, () => new HttpResponse('event: end\ndata: {}\n\n', { headers: { 'content-type': 'text/event-stream' } })))
  await ofShop(DeployPage, '/deploys/$deploy')
  expect(await screen.findByText('those of number 2, without DATABASE_URL')).toBeDefined()
})
