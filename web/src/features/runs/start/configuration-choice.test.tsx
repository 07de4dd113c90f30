// Which files a run that is started once more has.
import { screen } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { show } from '@/testing/render'
import { ConfigurationChoice } from './configuration-choice'

const version = (id: string, attributes: object = {}) => ({
  id,
  type: 'configuration-versions',
  attributes: { status: 'uploaded', speculative: false, source: 'cli', 'auto-queue-runs': false, 'created-at': '2026-11-20T10:00:00.000Z', ...attributes },
})
const VERSIONS = [version('cv-4', { speculative: true }), version('cv-3', { status: 'pending' }), version('cv-2'), version('cv-1')]

const server = setupServer(
  http.get('*/api/v2/workspaces/ws-1/configuration-versions', () => HttpResponse.json({ data: VERSIONS })),
  http.get('*/api/v2/configuration-versions/:id', ({ params }) => HttpResponse.json({ data: VERSIONS.find(({ id }) => id === params['id']) })),
)
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterAll(() => server.close())

test('that of the run is chosen, and the newest that can be applied is offered', async () => {
  const chosen = vi.fn()
  const { user } = await show(<ConfigurationChoice workspace="ws-1" earlier="cv-1" value="cv-1" onChange={chosen} />)
  expect(((await screen.findByLabelText('That of this run')) as HTMLInputElement).checked).toBe(true)
  await user.click(screen.getByLabelText('The newest of the workspace'))
  expect(chosen).toHaveBeenCalledWith('')
})

test('nothing is asked while both are the same', async () => {
  const { queries } = await show(<ConfigurationChoice workspace="ws-1" earlier="cv-2" value="cv-2" onChange={() => undefined} />)
  await vi.waitFor(() => expect(queries.getQueryCache().findAll().filter(({ state }) => state.status === 'success').length).toBe(2))
  expect(screen.queryByRole('radio')).toBeNull()
})
