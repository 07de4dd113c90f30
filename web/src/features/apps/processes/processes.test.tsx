import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { API } from '@/testing/organization-stage'
import { app, attributesOf, isOff, NOTHING, ofShop, one, put, said, sent, server, serving } from '../fixture'
import AppPage from '../one/page'
import Settings from '../settings/page'
import { changesOf, scalingProblems, valuesOf } from './words'

serving()

const WEB = { process: 'web', plan: null, labels: { team: 'core' }, annotations: {}, autoscale: null, 'is-pending': true }
const AUTOSCALE = { 'min-units': 2, 'max-units': 10, 'processor-percent': 70, 'memory-percent': null }
const WORKER = { process: 'worker', plan: { id: 'plan-2', name: 'large' }, labels: {}, annotations: { 'example.com/docs': 'https://wiki' }, autoscale: AUTOSCALE, 'is-pending': false }

function stage(shown = app()) {
  put({ shown, settings: [WEB, WORKER] })
  const hear = async ({ request }: { request: Request }) => {
    sent.push([`${request.method} ${new URL(request.url).pathname.replace('/api/v2', '')}`, await attributesOf(request)])
    return HttpResponse.json({ data: one('web', 'app-process-settings', WEB) })
  }
  const at = `${API}/apps/app-1/process-settings/:process`
  server.use(http.patch(at, hear), http.put(`${at}/autoscale`, hear), http.delete(`${at}/autoscale`, hear))
}

const act = async (user: Awaited<ReturnType<typeof ofShop>>['user'], process: string, name: string) => {
  await user.click(await screen.findByRole('button', { name: `What can be done with ${process}` }))
  await user.click(await screen.findByRole('menuitem', { name }))
  return within(await screen.findByRole('dialog'))
}

test('processes stand with what is their own, and one is given another plan and other labels', async () => {
  stage()
  const { user, container } = await ofShop(Settings, '/settings')
  const table = within(await screen.findByRole('table', { name: 'Processes of the app' }))
  expect(await table.findByText('2 to 10 units, at 70 % of the processor')).toBeDefined()
  expect(table.getByText('large')).toBeDefined()
  expect(table.getByText('from the next deploy or restart')).toBeDefined()
  await expectAccessible(container)
  const dialog = await act(user, 'web', 'Settings…')
  expect(isOff(dialog.getByRole('button', { name: 'Save' }))).toBe(true)
  await user.clear(dialog.getByLabelText(/^Labels/))
  await user.type(dialog.getByLabelText(/^Labels/), 'tier')
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  expect(await dialog.findByText('Write key=value in each line: "tier" is none.')).toBeDefined()
  await user.type(dialog.getByLabelText(/^Labels/), '=front')
  await waitFor(() => expect(dialog.getByLabelText(/^Plan/)).toHaveProperty('readOnly', false))
  await user.type(dialog.getByLabelText(/^Plan/), 'lar')
  // The page behind has such a field, too.
  await user.click((await screen.findAllByRole('option', { name: /large/, hidden: true })).at(-1) as HTMLElement)
  await user.click(dialog.getByLabelText('Later'))
  expect(said(dialog.getByText(/^slipway app process update/))).toContain('slipway app process update web --app shop --plan large --label tier=front --remove-label team --staged')
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toEqual([['PATCH /apps/app-1/process-settings/web', { plan: 'large', labels: { tier: 'front' }, staged: true }]]))
})

test('the cluster is let scale one, and it is scaled by hand again', async () => {
  stage()
  const { user } = await ofShop(Settings, '/settings')
  let dialog = await act(user, 'web', 'Let the cluster scale it…')
  await user.clear(dialog.getByLabelText('Most units'))
  await user.type(dialog.getByLabelText('Most units'), '2')
  await user.click(dialog.getByRole('button', { name: 'Let it scale' }))
  expect(await dialog.findByText('Not fewer than the fewest.')).toBeDefined()
  await user.type(dialog.getByLabelText('Most units'), '0')
  expect(said(dialog.getByText(/^slipway app autoscale set/))).toContain('slipway app autoscale set web --min 3 --max 20 --processor 70 --app shop')
  await user.click(dialog.getByRole('button', { name: 'Let it scale' }))
  await waitFor(() => expect(sent).toEqual([['PUT /apps/app-1/process-settings/web/autoscale', { 'min-units': 3, 'max-units': 20, 'processor-percent': 70 }]]))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  dialog = await act(user, 'worker', 'Scale it by hand…')
  await user.click(dialog.getByRole('button', { name: 'Scale it by hand' }))
  await waitFor(() => expect(sent.at(-1)?.[0]).toBe('DELETE /apps/app-1/process-settings/worker/autoscale'))
})

test('what the cluster scales is not scaled by hand', async () => {
  stage(app({ processes: [{ name: 'worker', command: '', units: 4, ready: 4, autoscale: AUTOSCALE }] }))
  await ofShop(AppPage)
  expect(await screen.findByText('the cluster says: 2 to 10')).toBeDefined()
  expect(screen.queryByRole('button', { name: 'One unit of worker more' })).toBeNull()
})

test('who may not is told', async () => {
  stage(app({ permissions: NOTHING }))
  const { user } = await ofShop(Settings, '/settings')
  await user.click(await screen.findByRole('button', { name: 'What can be done with web' }))
  for (const name of [/^Settings/, /^Let the cluster/]) expect(isOff(await screen.findByRole('menuitem', { name }))).toBe(true)
})

test('words', () => {
  const before = valuesOf({ attributes: WORKER })
  expect(changesOf(before, before)).toEqual({})
  expect(changesOf(before, { ...before, plan: '' })).toEqual({ plan: null })
  const nothing = { 'min-units': '0', 'max-units': '101', 'processor-percent': '', 'memory-percent': '96' }
  expect(Object.keys(scalingProblems(nothing)).toSorted()).toEqual(['max-units', 'memory-percent', 'min-units'])
  expect(scalingProblems({ ...nothing, 'memory-percent': '' })['processor-percent']).toBeDefined()
})
