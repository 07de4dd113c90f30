import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import Clusters from './page'

const one = (id: string, type: string, attributes: object) => ({ id, type, attributes })
const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

/** What was asked for to be done, with what was sent. */
let sent: [string, unknown][] = []

function put(clusters: readonly object[], manages: readonly string[] = ['pool.manage', 'app-plan.manage'], isAdmin = true) {
  sent = []
  server.use(
    http.get(`${ACME}/access-explanations`, () => HttpResponse.json(listOf(['cluster.read', ...manages].map((permission) => one(permission, 'access-explanations', { permission, 'is-allowed': true }))))),
    http.get(`${API}/account/details`, () => HttpResponse.json({ data: one('user-1', 'users', { username: 'ada', 'is-site-admin': isAdmin }) })),
    http.get(`${ACME}/pool-constraints`, () =>
      HttpResponse.json(
        listOf([
          one('rule-1', 'pool-constraints', { pools: 'production', field: 'team', values: ['operators'], denies: false, 'is-shared': false }),
          one('rule-2', 'pool-constraints', { pools: '*', field: 'organization', values: [], denies: false, 'is-shared': true }),
        ]),
      ),
    ),
    http.get(`${ACME}/teams`, () => HttpResponse.json(listOf([one('team-1', 'teams', { name: 'operators' })]))),
    http.get(`${ACME}/projects`, () => HttpResponse.json(listOf([one('prj-1', 'projects', { name: 'sandbox' })]))),
    http.get(`${ACME}/clusters`, () => HttpResponse.json(listOf(clusters))),
    http.get(`${ACME}/pools`, () => HttpResponse.json(listOf([one('pool-1', 'pools', { name: 'default', cluster: 'local', 'is-default': true, 'is-shared': true })]))),
    http.get(`${ACME}/app-plans`, () =>
      HttpResponse.json(
        listOf([
          one('plan-1', 'app-plans', { name: 'small', memory: 536_870_912, processor: 500, burst: 200, 'is-default': true, 'is-shared': true }),
          one('plan-2', 'app-plans', { name: 'free', memory: 0, processor: 0, burst: 100, 'is-default': false, 'is-shared': false }),
        ]),
      ),
    ),
  )
}

const open = () => show(<Clusters />, { path: '/app/$organization/settings/clusters', at: '/app/acme/settings/clusters' })

test('clusters say how they are, pools where they are, plans what units may take', async () => {
  put([one('cluster-1', 'clusters', { name: 'local', driver: 'docker', status: 'unreachable', reason: 'Nobody answers at /var/run/docker.sock.', 'checked-at': '2026-11-20T10:00:00.000Z' })])
  const { container } = await open()
  const clusters = within(await screen.findByRole('table', { name: 'Clusters' }))
  expect(await clusters.findByText('Nobody answers at /var/run/docker.sock.')).toBeDefined()
  expect(screen.getByText('It does not answer')).toBeDefined()
  expect(clusters.getByText('Unreachable')).toBeDefined()
  const plans = within(screen.getByRole('table', { name: 'Plans' }))
  expect(await plans.findByText('512 MiB')).toBeDefined()
  expect(plans.getByText('up to 1 CPU')).toBeDefined()
  expect(plans.getAllByText('any')).toHaveLength(2)
  expect(within(screen.getByRole('table', { name: 'Pools' })).getByText('default', { selector: '[class*=strong]' })).toBeDefined()
  await expectAccessible(container)
})

test('without any it says who can change that', async () => {
  put([])
  await open()
  expect(await screen.findByText('There is nowhere to run apps')).toBeDefined()
  expect(screen.queryByRole('table', { name: 'Pools' })).toBeNull()
})

const LOCAL = one('cluster-1', 'clusters', { name: 'local', driver: 'docker', status: 'ready', reason: '', 'checked-at': null })

test('plans are made, made the default, and deleted', async () => {
  put([LOCAL])
  const hear = async ({ request }: { request: Request }) => {
    const text = await request.text()
    sent.push([`${request.method} ${new URL(request.url).pathname.replace('/api/v2', '')}`, text === '' ? null : (JSON.parse(text) as { data: { attributes: unknown } }).data.attributes])
    return request.method === 'DELETE' ? new HttpResponse(null, { status: 204 }) : HttpResponse.json({ data: one('plan-3', 'app-plans', { name: 'tiny' }) }, { status: 201 })
  }
  server.use(
    http.get(`${API}/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
    http.post(`${ACME}/app-plans`, hear),
    http.patch(`${API}/app-plans/plan-2`, hear),
    http.delete(`${API}/app-plans/plan-2`, hear),
  )
  const { user } = await open()
  await screen.findByText('free')
  await user.click(screen.getByRole('button', { name: 'New plan…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText('Name'), 'tiny')
  await user.clear(dialog.getByLabelText('Memory'))
  await user.type(dialog.getByLabelText('Memory'), '64')
  await user.click(dialog.getByRole('button', { name: 'Create plan' }))
  const made = { name: 'tiny', memory: 67_108_864, processor: 500, burst: 100, 'is-default': false, 'is-shared': false }
  await waitFor(() => expect(sent).toEqual([['POST /organizations/acme/app-plans', made]]))
  await user.click(screen.getByRole('button', { name: 'Make free the default' }))
  await waitFor(() => expect(sent.at(-1)).toEqual(['PATCH /app-plans/plan-2', { 'is-default': true }]))
  await user.click(screen.getByRole('button', { name: 'Delete free' }))
  await user.click(await screen.findByRole('button', { name: 'Delete plan' }))
  await waitFor(() => expect(sent.at(-1)?.[0]).toBe('DELETE /app-plans/plan-2'))
})

const hearing = () => {
  const hear = async ({ request }: { request: Request }) => {
    const text = await request.text()
    sent.push([`${request.method} ${new URL(request.url).pathname.replace('/api/v2', '')}`, text === '' ? null : (JSON.parse(text) as { data: { attributes: unknown } }).data.attributes])
    return request.method === 'DELETE' ? new HttpResponse(null, { status: 204 }) : HttpResponse.json({ data: one('cluster-2', 'clusters', { name: 'production' }) }, { status: 201 })
  }
  server.use(
    http.get(`${API}/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
    http.post(`${API}/clusters`, hear),
    http.patch(`${API}/clusters/cluster-2`, hear),
    http.delete(`${API}/clusters/cluster-2`, hear),
    http.post(`${API}/clusters/cluster-2/actions/check`, hear),
    http.post(`${ACME}/pool-constraints`, hear),
    http.patch(`${API}/pool-constraints/rule-1`, hear),
    http.delete(`${API}/pool-constraints/rule-1`, hear),
    http.patch(`${API}/app-plans/plan-1`, hear),
  )
}

const REMOTE = one('cluster-2', 'clusters', {
  name: 'production',
  driver: 'kubernetes',
  status: 'limited',
  reason: 'Our account may not list pods in slipway-apps; may not get secrets in slipway-apps.',
  'checked-at': '2026-11-20T10:00:00.000Z',
  kubernetes: { connection: 'kubeconfig', namespace: 'slipway-apps', domain: 'apps.example.com', 'public-url': 'https://*/' },
})

test('a cluster of Kubernetes is connected by what is pasted or from inside, and asked then', async () => {
  put([])
  hearing()
  const { user, container } = await open()
  await screen.findByText('There is nowhere to run apps')
  await user.click(screen.getByRole('button', { name: 'Connect Kubernetes…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText('Name'), 'production')
  await user.click(dialog.getByRole('button', { name: 'Connect it' }))
  expect(await dialog.findByText('Paste it, or take it from a file.')).toBeDefined()
  await user.upload(dialog.getByLabelText('A file with the kubeconfig'), new File(['apiVersion: v1'], 'config'))
  await waitFor(() => expect((dialog.getByLabelText('Kubeconfig') as HTMLTextAreaElement).value).toBe('apiVersion: v1'))
  await user.click(dialog.getByText('Where its apps are, and answer'))
  await user.type(dialog.getByLabelText(/^Domain/), 'apps.example.com')
  expect(dialog.getByText(/slipway cluster create/).textContent?.replaceAll(/ \\\n\s+/g, ' ')).toContain('slipway cluster create production --domain apps.example.com --kubeconfig - < kubeconfig.yaml')
  await expectAccessible(container)
  await user.click(dialog.getByRole('button', { name: 'Connect it' }))
  await waitFor(() =>
    expect(sent).toEqual([
      ['POST /clusters', { name: 'production', kubeconfig: 'apiVersion: v1', domain: 'apps.example.com' }],
      ['POST /clusters/cluster-2/actions/check', null],
    ]),
  )
})

test('what one lacks is listed; it is asked anew, changed and disconnected', async () => {
  put([LOCAL, REMOTE])
  hearing()
  const { user, container } = await open()
  expect(await screen.findByText('May not get secrets in slipway-apps.')).toBeDefined()
  expect(screen.getByText('https://NAME.ORGANIZATION.apps.example.com/')).toBeDefined()
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Ask it now' }))
  await waitFor(() => expect(sent).toEqual([['POST /clusters/cluster-2/actions/check', null]]))
  await user.click(screen.getByRole('button', { name: 'Change…' }))
  let dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByLabelText('From inside'))
  await user.click(dialog.getByText('Where its apps are, and answer'))
  await user.clear(dialog.getByLabelText(/^Domain/))
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toContainEqual(['PATCH /clusters/cluster-2', { kubeconfig: null, domain: null }]))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await user.click(screen.getByRole('button', { name: 'Disconnect…' }))
  dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText(/to confirm/), 'production')
  await user.click(dialog.getByRole('button', { name: 'Disconnect cluster' }))
  await waitFor(() => expect(sent.at(-1)?.[0]).toBe('DELETE /clusters/cluster-2'))
})

const BUILDING = one('cluster-2', 'clusters', {
  name: 'production',
  driver: 'kubernetes',
  status: 'ready',
  reason: '',
  'checked-at': null,
  kubernetes: { connection: 'kubeconfig', namespace: 'slipway-apps', build: { buildkit: 'tcp://buildkitd:1234', registry: 'int-1', repository: 'slipway/production' } },
})

/** Where images can be pushed to. */
const putRegistries = () =>
  server.use(http.get(`${ACME}/integrations`, ({ request }) => {
    expect(new URL(request.url).searchParams.get('filter[kind]')).toBe('oci-registry')
    return HttpResponse.json(listOf([one('int-1', 'integrations', { name: 'images' }), one('int-2', 'integrations', { name: 'other-images' })]))
  }))

test('where images are built for it is said, and changed', async () => {
  put([LOCAL, BUILDING])
  hearing()
  putRegistries()
  const { user } = await open()
  await user.click(await screen.findByRole('link', { name: 'production' }))
  expect(await screen.findByText('tcp://buildkitd:1234')).toBeDefined()
  expect((await screen.findByRole('link', { name: 'images' })).getAttribute('href')).toBe('/app/acme/settings/integrations/int-1')
  await user.click(screen.getByRole('button', { name: 'Change…' }))
  let dialog = within(await screen.findByRole('dialog'))
  // The field is there before what finds is: it is another element then.
  await waitFor(() => expect(dialog.getByLabelText('Registry')).toMatchObject({ value: 'images', readOnly: false }))
  await user.type(dialog.getByLabelText('Registry'), 'other')
  await user.click(await screen.findByRole('option', { name: 'other-images', hidden: true }))
  expect(dialog.getByText(/slipway cluster update/).textContent?.replaceAll(/ \\\n\s+/g, ' ')).toContain('slipway cluster update production --build-registry int-2')
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toContainEqual(['PATCH /clusters/cluster-2', { build: { buildkit: 'tcp://buildkitd:1234', registry: 'int-2', repository: 'slipway/production' } }]))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await user.click(screen.getByRole('button', { name: 'Change…' }))
  dialog = within(await screen.findByRole('dialog'))
  await user.clear(dialog.getByLabelText(/^BuildKit/))
  expect(dialog.getByText(/slipway cluster update/).textContent?.replaceAll(/ \\\n\s+/g, ' ')).toContain('slipway cluster update production --buildkit none')
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toContainEqual(['PATCH /clusters/cluster-2', { build: null }]))
})

test('a BuildKit needs a registry and what images are below there', async () => {
  put([])
  hearing()
  putRegistries()
  const { user } = await open()
  await screen.findByText('There is nowhere to run apps')
  await user.click(screen.getByRole('button', { name: 'Connect Kubernetes…' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText('Name'), 'production')
  await user.click(dialog.getByLabelText('From inside'))
  await user.click(dialog.getByText('How images are built for it'))
  await user.type(dialog.getByLabelText(/^BuildKit/), 'tcp://buildkitd:1234')
  await user.click(dialog.getByRole('button', { name: 'Connect it' }))
  expect(await dialog.findByText('Choose where the images go.')).toBeDefined()
  await user.type(await dialog.findByLabelText('Registry'), 'ima')
  await user.click(await screen.findByRole('option', { name: 'images', hidden: true }))
  await user.type(dialog.getByLabelText('Below there'), 'slipway/production')
  await user.click(dialog.getByRole('button', { name: 'Connect it' }))
  await waitFor(() => expect(sent[0]).toEqual(['POST /clusters', { name: 'production', build: { buildkit: 'tcp://buildkitd:1234', registry: 'int-1', repository: 'slipway/production' } }]))
})

test('rules about pools are made, changed and deleted; those of the site say so', async () => {
  put([LOCAL], undefined, false)
  hearing()
  const { user } = await open()
  const rules = within(await screen.findByRole('table', { name: 'Rules about pools' }))
  expect(await rules.findByText('only operators')).toBeDefined()
  expect(rules.getByText('none: nobody puts apps there')).toBeDefined()
  expect(screen.getByRole('button', { name: 'Delete the rule about organizations in *' }).getAttribute('aria-disabled')).toBe('true')
  await user.click(screen.getByRole('button', { name: 'New rule…' }))
  let dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText('Pools'), 'test-*')
  await user.selectOptions(dialog.getByLabelText('About'), 'project')
  await user.click(dialog.getByLabelText('All but these'))
  await user.type(await dialog.findByLabelText(/^Projects/), 'sandbox')
  await user.click(await screen.findByRole('option', { name: /^sandbox/, hidden: true }))
  expect(dialog.getByText(/pool-constraint set/).textContent?.replaceAll(/ \\\n\s+/g, ' ')).toContain("slipway pool-constraint set 'test-*' --field project --deny sandbox")
  await user.click(dialog.getByRole('button', { name: 'Make rule' }))
  await waitFor(() => expect(sent).toEqual([['POST /organizations/acme/pool-constraints', { pools: 'test-*', field: 'project', values: ['sandbox'], denies: true, 'is-shared': false }]]))
  await user.click(screen.getByRole('button', { name: 'Change the rule about teams in production' }))
  dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByLabelText('All but these'))
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent.at(-1)).toEqual(['PATCH /pool-constraints/rule-1', { values: ['operators'], denies: true }]))
  await user.click(screen.getByRole('button', { name: 'Delete the rule about teams in production' }))
  await user.click(await screen.findByRole('button', { name: 'Delete rule' }))
  await waitFor(() => expect(sent.at(-1)?.[0]).toBe('DELETE /pool-constraints/rule-1'))
})

test('a plan gets other amounts', async () => {
  put([LOCAL])
  hearing()
  const { user } = await open()
  await user.click(await screen.findByRole('button', { name: 'Change small' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.clear(dialog.getByLabelText('Memory'))
  await user.type(dialog.getByLabelText('Memory'), '768')
  expect(dialog.getByText(/slipway app-plan update/).textContent).toContain('--memory 768MiB')
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toEqual([['PATCH /app-plans/plan-1', { name: 'small', memory: 805_306_368, processor: 500, burst: 200 }]]))
})

test('who may not change them is told', async () => {
  put([REMOTE], [], false)
  await open()
  await screen.findByText('free')
  await waitFor(() => expect(screen.getByRole('button', { name: 'Connect Kubernetes…' }).getAttribute('aria-disabled')).toBe('true'))
  for (const name of ['New pool…', 'New plan…', 'Delete free', 'New rule…', 'Ask it now', 'Disconnect…']) expect(screen.getByRole('button', { name }).getAttribute('aria-disabled')).toBe('true')
})
