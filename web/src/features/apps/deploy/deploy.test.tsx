import { File as NodeFile } from 'node:buffer'
import { gunzipSync } from 'node:zlib'
import { fireEvent, screen, waitFor } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { API } from '@/testing/organization-stage'
import DeployPage from '../deploys/one-page'
import { app, deploy, isOff, NOTHING, ofShop, one, put, said, sent, server, serving, T0 } from '../fixture'
import DeployApp from './page'

serving()

/** What was uploaded: names of the files of its archive. */
let uploaded: string[][] = []

function stage() {
  uploaded = []
  put()
  server.use(
    http.post(`${API}/apps/app-1/sources`, async ({ request }) => {
      expect(request.headers.get('x-csrf-token')).toBe('t')
      uploaded.push(namesOf(gunzipSync(new Uint8Array(await request.arrayBuffer()))))
      return HttpResponse.json({ data: one('src-1', 'app-sources', { digest: 'abc', size: 3 }) }, { status: 201 })
    }),
  )
}

/** Names of the files of a tar, each header followed by one block at most. */
function namesOf(tar: Uint8Array): string[] {
  const names: string[] = []
  for (let at = 0; at < tar.length && tar[at] !== 0; at += 1024) names.push(new TextDecoder().decode(tar.slice(at, at + 100)).replace(/\0.*$/s, ''))
  return names
}

/** Files as a directory input gives them; jsdom's own cannot be streamed. */
function choose(files: Readonly<Record<string, string>>) {
  const list = Object.entries(files).map(([path, text]) => Object.assign(new NodeFile([text], path), { webkitRelativePath: `shop/${path}` }))
  fireEvent.change(screen.getByLabelText('Folder of the app'), { target: { files: list } })
}

test('a folder is packed without what stays at home, uploaded, and deployed', async () => {
  stage()
  const { user, router, container } = await ofShop(DeployApp, '/deploy')
  await screen.findByText("Drop the app's folder here")
  choose({ 'app.py': 'run()', '.env': 'SECRET=1', 'drafts/a.md': 'no', '.slipwayignore': 'drafts\n' })
  expect(await screen.findByText(/2 files, 12 B before compression; 2 left out/)).toBeDefined()
  expect(screen.getByText('It has no Dockerfile: a platform builds it.')).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByText('How it is built'))
  await user.selectOptions(screen.getByLabelText('Built by'), 'python')
  await user.type(screen.getByLabelText(/^Message/), 'Try it')
  expect(said(screen.getByText(/^slipway app deploy/))).toContain("slipway app deploy --app shop --platform python -m 'Try it'")
  await user.click(screen.getByRole('button', { name: 'Deploy it' }))
  await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/apps/shop/deploys/deploy-1'))
  expect(uploaded).toEqual([['.slipwayignore', 'app.py']])
  expect(sent).toEqual([['POST /apps/app-1/deploys', { 'source-digest': 'abc', platform: 'python', message: 'Try it' }]])
})

test('an image is deployed without an upload, and the address says that it is one', async () => {
  stage()
  const { user, router } = await ofShop(DeployApp, '/deploy')
  await user.click(await screen.findByLabelText('As an image'))
  expect(router.state.location.search).toEqual({ from: 'image' })
  await user.click(screen.getByRole('button', { name: 'Deploy it' }))
  expect(await screen.findByText('Say which image.')).toBeDefined()
  await user.type(screen.getByLabelText('Image'), 'nginx:1.29')
  await user.type(screen.getByLabelText(/^Message/), 'Try it')
  expect(said(screen.getByText(/^slipway app deploy/))).toContain("slipway app deploy --image nginx:1.29 --app shop -m 'Try it'")
  await user.click(screen.getByRole('button', { name: 'Deploy it' }))
  await waitFor(() => expect(sent).toEqual([['POST /apps/app-1/deploys', { image: 'nginx:1.29', message: 'Try it' }]]))
  await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/apps/shop/deploys/deploy-1'))
})

test('without anything chosen it says what is missing', async () => {
  stage()
  const { user } = await ofShop(DeployApp, '/deploy')
  await user.click(await screen.findByRole('button', { name: 'Deploy it' }))
  expect((await screen.findAllByText(/Choose the app's folder first/)).length).toBeGreaterThan(0)
  expect(sent).toEqual([])
})

test('an ignore file with a line that is no pattern is named before anything is sent', async () => {
  stage()
  await ofShop(DeployApp, '/deploy')
  await screen.findByText("Drop the app's folder here")
  choose({ 'app.py': '', '.dockerignore': 'a\n[b-\n' })
  expect(await screen.findByText(/\.dockerignore line 2: "\[b-" is not a pattern/)).toBeDefined()
})

test('an upload that the server refuses says why, and keeps what was chosen', async () => {
  stage()
  server.use(
    http.post(`${API}/apps/app-1/sources`, () =>
      HttpResponse.json({ errors: [{ status: '413', code: 'too-large', title: 'too large', detail: 'The source has more than 256 MiB.' }] }, { status: 413 }),
    ),
  )
  const { user } = await ofShop(DeployApp, '/deploy', '?from=archive')
  await user.upload(await screen.findByLabelText('Archive of the app', { selector: 'input' }), new File(['x'], 'shop.tar.gz', { type: 'application/gzip' }))
  expect(await screen.findByText('shop.tar.gz')).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'Deploy it' }))
  expect(await screen.findByText('The source has more than 256 MiB.')).toBeDefined()
  expect(screen.getByText('shop.tar.gz')).toBeDefined()
  expect(sent).toEqual([])
})

test('who may not deploy is told', async () => {
  stage()
  put({ shown: app({ permissions: NOTHING }) })
  await ofShop(DeployApp, '/deploy')
  expect(isOff(await screen.findByRole('button', { name: 'Deploy it' }))).toBe(true)
})

const SILENT = http.get(`${API}/deploys/deploy-1/log/stream`, () => new HttpResponse('event: end\ndata: {}\n\n', { headers: { 'content-type': 'text/event-stream' } }))

test('a deploy that failed is tried again with what it was made of', async () => {
  stage()
  put({ deploys: [deploy({ kind: 'source', status: 'failed', reason: 'web ended with 1.\nIts last line: no module', 'ended-at': T0, 'made-of': { 'source-digest': 'abc', platform: 'python', 'build-arguments': {}, 'build-secrets': [] } })] })
  server.use(SILENT)
  const { user } = await ofShop(DeployPage, '/deploys/$deploy')
  expect(await screen.findByText('Its last line: no module')).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  await waitFor(() => expect(sent).toEqual([['POST /apps/app-1/deploys', { 'source-digest': 'abc', platform: 'python', message: 'The new checkout' }]]))
})

test('from the deploy that runs one goes back to what ran before it', async () => {
  stage()
  put({ shown: app({ 'live-version': 8 }), deploys: [deploy({ status: 'deployed', step: 'drain', 'ended-at': T0 })] })
  server.use(SILENT)
  const { user } = await ofShop(DeployPage, '/deploys/$deploy')
  await user.click(await screen.findByRole('button', { name: 'Roll back to v7…' }))
  await user.click(await screen.findByRole('button', { name: 'Roll back' }))
  await waitFor(() => expect(sent).toEqual([['POST /apps/app-1/actions/rollback', { 'app-version': 7, message: '' }]]))
})
