// The page that starts a run, as others link to it.
import { screen } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ACME } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import StartRunPage from './page'

const server = setupServer()

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const open = (search: string) => {
  server.use(
    http.get(`${ACME}/workspaces/shop`, () => HttpResponse.json({ errors: [{ status: '404', code: 'not-found', title: 'Not found', detail: 'None.' }] }, { status: 404 })),
  )
  return show(<StartRunPage />, { path: '/app/$organization/workspaces/$workspace/runs/new', at: `/app/acme/workspaces/shop/runs/new${search}` })
}

const chosen = async (name: RegExp) => (await screen.findByRole<HTMLInputElement>('radio', { name })).checked

test('a link can choose to destroy everything; without it a run applies', async () => {
  const { unmount } = await open('?destroy=true')
  expect(await chosen(/Destroy everything/)).toBe(true)
  expect(screen.getByText(/--destroy/)).toBeDefined()
  unmount()
  await open('')
  expect(await chosen(/Plan and apply/)).toBe(true)
})
