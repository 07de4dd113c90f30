import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import DeployApp from '../deploy/page'
import DeployPage from '../deploys/one-page'
import Deploys from '../deploys/page'
import { app, attributesOf, deploy, isOff, NOTHING, ofShop, one, put, said, sent, server, serving, T0 } from '../fixture'
import type { App } from '../queries'
import Settings from '../settings/page'
import { connectCommand, settingsOf, UNCONNECTED, valuesOf } from './words'

serving()

const SHA = 'c0ffee'.repeat(6) + 'beef'
const REPOSITORY = {
  'full-name': 'acme/shop',
  'web-url': 'https://git.example.com/acme/shop',
  'integration-id': 'int-1',
  branch: 'main',
  directory: 'services/web',
  'deploys-on-push': true,
  dockerfile: null,
  platform: 'python',
  commit: SHA,
  reason: '',
  'created-at': T0,
  'updated-at': T0,
}

const connected = (changes: Partial<App['attributes']> = {}): App => ({
  ...app(changes),
  relationships: { project: { data: { id: 'prj-1', type: 'projects' } }, repository: { data: { id: 'repo-1', type: 'repositories' } } },
})

function stage(shown: App, repository: object = REPOSITORY, deploys = [deploy()]) {
  put({ shown, deploys })
  const hear = async ({ request }: { request: Request }) => {
    sent.push([`${request.method} ${new URL(request.url).pathname.replace('/api/v2', '')}`, await attributesOf(request)])
    return request.method === 'DELETE' ? new HttpResponse(null, { status: 204 }) : HttpResponse.json({ data: one('app-1', 'app-repositories', REPOSITORY) })
  }
  server.use(
    http.get(`${API}/apps/app-1/repository`, () => HttpResponse.json({ data: one('app-1', 'app-repositories', repository) })),
    http.put(`${API}/apps/app-1/repository`, hear),
    http.delete(`${API}/apps/app-1/repository`, hear),
    http.get(`${ACME}/integrations`, () => HttpResponse.json(listOf([one('int-1', 'integrations', { name: 'forge', 'kind-title': 'Gitea' })]))),
    http.get(`${ACME}/repositories`, () =>
      HttpResponse.json(listOf([{ ...one('repo-1', 'repositories', { 'full-name': 'acme/shop' }), relationships: { integration: { data: { id: 'int-1', type: 'integrations' } } } }])),
    ),
    http.get(`${API}/repositories/repo-1/branches`, () => HttpResponse.json(listOf([one('b', 'repository-refs', { name: 'main', 'is-default': true }), one('c', 'repository-refs', { name: 'next', 'is-default': false })]))),
    http.get(`${API}/repositories/repo-1/tags`, () => HttpResponse.json(listOf([one('t', 'repository-refs', { name: 'v1.0.0' })]))),
  )
}

const settings = () => ofShop(Settings, '/settings')

test('an app is connected to one that is known, and its integration comes with it', async () => {
  stage(app())
  const { user, container } = await settings()
  await screen.findByText('No repository is connected')
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Connect a repository…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByRole('button', { name: 'Connect it' }))
  expect(await dialog.findByText('Say which repository.')).toBeDefined()
  await waitFor(() => expect(dialog.getByLabelText('Repository')).toHaveProperty('readOnly', false))
  await user.type(dialog.getByLabelText('Repository'), 'shop')
  await user.click(await screen.findByRole('option', { name: /acme\/shop/, hidden: true }))
  await user.type(dialog.getByLabelText(/^Folder/), 'services/web')
  expect(said(dialog.getByText(/^slipway app repository connect/))).toContain('slipway app repository connect acme/shop --app shop --integration forge --directory services/web --on-push')
  await user.click(dialog.getByRole('button', { name: 'Connect it' }))
  await waitFor(() =>
    expect(sent).toEqual([['PUT /apps/app-1/repository', { identifier: 'acme/shop', 'integration-id': 'int-1', branch: '', directory: 'services/web', 'deploys-on-push': true }]]),
  )
})

test('what is connected is shown, with why the newest push was not deployed, and is changed and taken away', async () => {
  stage(connected(), { ...REPOSITORY, reason: 'The commit c0ffee changed nothing in services/web.' })
  const { user, container } = await settings()
  expect((await screen.findByRole('link', { name: 'acme/shop' })).getAttribute('href')).toBe('/app/acme/repositories/repo-1')
  expect(screen.getByText('The commit c0ffee changed nothing in services/web.')).toBeDefined()
  expect(screen.getByText('the platform python')).toBeDefined()
  expect(await screen.findByRole('link', { name: 'forge' })).toBeDefined()
  expect(screen.getByRole('link', { name: 'Deploy a commit…' }).getAttribute('href')).toBe('/app/acme/apps/shop/deploy?from=commit')
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Change the repository' }))
  let dialog = within(await screen.findByRole('dialog'))
  expect(isOff(dialog.getByRole('button', { name: 'Save' }))).toBe(true)
  await user.click(dialog.getByLabelText('Deploy each push to the branch'))
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() =>
    expect(sent).toEqual([
      ['PUT /apps/app-1/repository', { identifier: 'acme/shop', 'integration-id': 'int-1', branch: 'main', directory: 'services/web', 'deploys-on-push': false, platform: 'python' }],
    ]),
  )
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await user.click(screen.getByRole('button', { name: 'Disconnect the repository' }))
  dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByRole('button', { name: 'Disconnect it' }))
  await waitFor(() => expect(sent.at(-1)?.[0]).toBe('DELETE /apps/app-1/repository'))
})

test('who may not deploy is told', async () => {
  stage(app({ permissions: NOTHING }))
  await settings()
  expect(isOff(await screen.findByRole('button', { name: 'Connect a repository…' }))).toBe(true)
})

test('its newest commit is deployed, with what the build is given', async () => {
  stage(connected())
  const { user, router } = await ofShop(DeployApp, '/deploy')
  await screen.findByText('A commit of acme/shop.')
  await user.click(screen.getByText('How it is built'))
  await user.type(screen.getByLabelText(/^Build arguments/), 'EDITION')
  await user.click(screen.getByRole('button', { name: 'Deploy it' }))
  expect(await screen.findByText('Write NAME=value in each line: "EDITION" is none.')).toBeDefined()
  await user.type(screen.getByLabelText(/^Build arguments/), '=pro')
  await user.type(screen.getByLabelText(/^Build secrets/), 'API')
  await user.click(await screen.findByRole('option', { name: 'API_KEY', hidden: true }))
  expect(said(screen.getByText(/^slipway app deploy/))).toContain('slipway app deploy --commit main --app shop --build-arg EDITION=pro --build-secret API_KEY')
  await user.click(screen.getByRole('button', { name: 'Deploy it' }))
  await waitFor(() => expect(sent).toEqual([['POST /apps/app-1/deploys', { commit: '', 'build-arguments': { EDITION: 'pro' }, 'build-secrets': ['API_KEY'], message: '' }]]))
  await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/apps/shop/deploys/deploy-1'))
})

test('a commit that is named is deployed', async () => {
  stage(connected())
  const { user } = await ofShop(DeployApp, '/deploy')
  const field = await screen.findByLabelText('Commit, branch or tag')
  await waitFor(() => expect(screen.getByLabelText('Commit, branch or tag')).toHaveProperty('readOnly', false))
  await user.type(field.isConnected ? field : screen.getByLabelText('Commit, branch or tag'), 'c0ffee')
  await user.click(await screen.findByRole('option', { name: /c0ffee/, hidden: true }))
  await user.click(screen.getByRole('button', { name: 'Deploy it' }))
  await waitFor(() => expect(sent).toEqual([['POST /apps/app-1/deploys', { commit: 'c0ffee', message: '' }]]))
})

test('without a repository one is connected where its commit would be deployed', async () => {
  stage(app())
  const { user } = await ofShop(DeployApp, '/deploy', '?from=commit')
  await screen.findByText('No repository is connected')
  expect(isOff(screen.getByRole('button', { name: 'Deploy it' }))).toBe(true)
  await user.click(screen.getByRole('button', { name: 'Connect a repository…' }))
  expect(await screen.findByRole('dialog')).toBeDefined()
})

const OF_COMMIT = deploy({ kind: 'source', status: 'deployed', origin: 'acme/shop main c0ffeec0ff', 'ended-at': T0, 'made-of': { commit: SHA, platform: 'python', 'build-arguments': { EDITION: 'pro' }, 'build-secrets': ['API_KEY'] } })

test('deploys say of which commit they are', async () => {
  stage(connected(), REPOSITORY, [OF_COMMIT])
  await ofShop(Deploys, '/deploys')
  expect((await screen.findByRole('link', { name: SHA.slice(0, 8) })).getAttribute('href')).toBe(`/app/acme/repositories/repo-1/commits/${SHA}`)
  expect(screen.getByText('Commit')).toBeDefined()
})

test('one says also what its build was given', async () => {
  stage(connected(), REPOSITORY, [OF_COMMIT])
  server.use(http.get(`${API}/deploys/deploy-1/log/stream`, () => new HttpResponse('event: end\ndata: {}\n\n', { headers: { 'content-type': 'text/event-stream' } })))
  await ofShop(DeployPage, '/deploys/$deploy')
  expect(await screen.findByText('EDITION=pro')).toBeDefined()
  expect(screen.getByText('API_KEY')).toBeDefined()
  expect(screen.getByText('the platform python')).toBeDefined()
  expect(screen.getByRole('link', { name: SHA.slice(0, 8) })).toBeDefined()
})

test('words', () => {
  const values = valuesOf({ attributes: { ...REPOSITORY, platform: null, dockerfile: 'deploy/Dockerfile' } })
  expect(values.build).toBe('dockerfile')
  expect(settingsOf(values)).toMatchObject({ dockerfile: 'deploy/Dockerfile' })
  expect(settingsOf({ ...UNCONNECTED, identifier: ' https://git.example.com/shop.git ', build: 'dockerfile' })).toEqual({
    identifier: 'https://git.example.com/shop.git',
    branch: '',
    directory: '',
    'deploys-on-push': true,
    dockerfile: 'Dockerfile',
  })
  expect(connectCommand('shop', UNCONNECTED, undefined).replaceAll(/ \\\n\s+/g, ' ')).toBe('slipway app repository connect REPOSITORY --app shop --on-push')
})
