import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { type ComponentType, Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import ApplyCatalog from './apply/page'
import NewTemplate from './create/page'
import { catalog, DATABASE, template } from './fixture'
import TemplateFrame from './frame'
import Hierarchy from './hierarchy/page'
import Templates from './list/page'
import TemplateOverview from './overview/page'
import TemplateSettings from './settings/page'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const open = (Page: ComponentType, path: string, at = path) =>
  show(
    <Suspense>
      <Page />
    </Suspense>,
    { path: `/app/$organization/${path}`, at: `/app/acme/${at}` },
  )

const invalid = (...problems: readonly (readonly [pointer: string, detail: string])[]) =>
  HttpResponse.json({ errors: problems.map(([pointer, detail]) => ({ status: '422', code: 'invalid', title: 'not accepted', detail, source: { pointer } })) }, { status: 422 })

test('without any template the page says how to publish the first, and who may not is told which permission is missing', async () => {
  server.use(...catalog([], { isReader: true }))
  const { container } = await open(Templates, 'templates')
  expect(await screen.findByText('acme offers nothing yet')).toBeDefined()
  expect(screen.getByText('slipway catalog apply -f catalog/')).toBeDefined()
  expect(screen.getByRole('button', { name: /New template/ }).textContent).toContain('catalog.template.manage')
  await expectAccessible(container)
})

test('the address filters and sorts the list on the server', async () => {
  server.use(...catalog([DATABASE]))
  let asked = new URLSearchParams()
  server.use(
    http.get(`${ACME}/templates`, ({ request }) => {
      asked = new URL(request.url).searchParams
      return HttpResponse.json(listOf([DATABASE]))
    }),
  )
  const { user, container } = await open(Templates, 'templates', 'templates?text=data&label=tier%3Ddata&status=enabled&form=concrete&page=2')
  const row = (await screen.findByRole('link', { name: 'The database' })).closest('tr')
  expect(row?.textContent).toContain('network, cluster')
  expect(Object.fromEntries(asked)).toMatchObject({
    'search[text]': 'data',
    'filter[label]': 'tier=data',
    'filter[status]': 'enabled',
    'filter[abstract]': 'false',
    'page[number]': '2',
  })
  await user.click(screen.getByRole('button', { name: 'Changed' }))
  await waitFor(() => expect(asked.get('sort')).toBe('-updated-at'))
  expect(asked.has('page[number]')).toBe(false)
  await expectAccessible(container)
})

test('a new template says the same as a command or a file, and what the server refuses stands at its field', async () => {
  server.use(...catalog([template('network')]))
  const sent: Record<string, unknown>[] = []
  server.use(
    http.post(`${ACME}/templates`, async ({ request }) => {
      const { data } = (await request.json()) as { data: { attributes: Record<string, unknown> } }
      sent.push(data.attributes)
      if (sent.length === 1) return invalid(['/data/attributes/parents/0/template', 'There is no template "netwrok".'], ['/data/attributes/labels/0', 'A label is short.'])
      return HttpResponse.json({ data: DATABASE }, { status: 201 })
    }),
  )
  const { user, router, container } = await open(NewTemplate, 'templates/new')
  await user.type(await screen.findByLabelText('Name'), 'My Database')
  expect(screen.getByLabelText('Key')).toHaveProperty('value', 'my-database')
  await user.type(screen.getByLabelText(/^Naming/), '{{project}-{{tier}')
  expect(screen.getByText(/would be called/).textContent).toContain('shop-data')
  expect(screen.getByText(/slipway template create/).textContent).toContain("slipway template create my-database --name 'My Database' --naming '{project}-{tier}'")
  await user.click(screen.getByRole('button', { name: 'Add a parent' }))
  // The finder is fetched with the first one.
  await waitFor(() => expect(screen.getByLabelText('Template')).toHaveProperty('readOnly', false))
  await user.type(screen.getByLabelText('Template'), 'net')
  await user.click(await screen.findByRole('option', { name: /network/, hidden: true }))
  await user.clear(screen.getByLabelText('At most'))
  await user.type(screen.getByLabelText('At least'), 'x')
  // More than options can say.
  expect(screen.getByText(/slipway catalog apply -f my-database.yaml/)).toBeDefined()
  expect(screen.getByRole('group', { name: 'my-database.yaml' }).textContent).toContain('- template: network')
  await user.click(screen.getByRole('button', { name: 'Create template' }))
  expect(await screen.findByText('A whole number, 0 or more.')).toBeDefined()
  expect(sent).toEqual([])
  await user.clear(screen.getByLabelText('At least'))
  await user.type(screen.getByLabelText('At least'), '2')
  await user.click(screen.getByRole('button', { name: 'Create template' }))
  expect(await screen.findByText('There is no template "netwrok".')).toBeDefined()
  expect(screen.getByText('A label is short.')).toBeDefined()
  expect(document.activeElement?.getAttribute('aria-invalid')).toBe('true')
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'Add an integration' }))
  await user.click(screen.getByRole('checkbox', { name: 'One resource each' }))
  await user.click(screen.getByRole('button', { name: 'Create template' }))
  await waitFor(() => expect(router.state.location.pathname).toBe('/app/acme/templates/tpl-database'))
  expect(sent[1]).toMatchObject({
    key: 'my-database',
    naming: '{project}-{tier}',
    parents: [{ template: 'network', minimum: 2, maximum: null }],
    'allowed-integrations': [{ kind: 'aws', required: true }],
    'one-per-integration': ['aws'],
    service: null,
  })
}, 60_000)

test('only what differs is sent, with the version that was read; what somebody else changed meanwhile is not lost', async () => {
  server.use(...catalog([DATABASE]))
  const sent: unknown[] = []
  server.use(
    http.patch(`${API}/templates/tpl-database`, async ({ request }) => {
      const { data } = (await request.json()) as { data: { attributes: unknown } }
      sent.push([request.headers.get('if-match'), data.attributes])
      return HttpResponse.json({ errors: [{ status: '412', code: 'precondition-failed', title: 'changed', detail: 'Somebody changed this.' }] }, { status: 412 })
    }),
  )
  const { user, queries } = await open(TemplateSettings, 'templates/$template/settings', 'templates/tpl-database/settings')
  expect((await screen.findByRole('button', { name: /^Save/ })).getAttribute('aria-disabled')).toBe('true')
  await user.type(screen.getByLabelText(/^Description/), 'Mine.')
  await user.click(screen.getByRole('button', { name: 'Remove output url' }))
  await user.click(screen.getByRole('button', { name: /^Save/ }))
  expect(await screen.findByText('Somebody changed this.')).toBeDefined()
  expect(sent).toEqual([['"7"', { description: 'Mine.', service: null }]])
  expect(screen.getByLabelText(/^Description/)).toHaveProperty('value', 'Mine.')
  server.use(
    http.get(`${API}/templates/tpl-database`, () => HttpResponse.json({ data: template('database', { description: 'Theirs.' }) }, { headers: { etag: '"8"' } })),
  )
  await queries.invalidateQueries()
  expect(await screen.findByText('This template was changed while you were here')).toBeDefined()
  await user.click(screen.getAllByRole('button', { name: 'Load the newer one' })[0] as HTMLElement)
  await waitFor(() => expect(screen.getByLabelText(/^Description/)).toHaveProperty('value', 'Theirs.'))
}, 60_000)

test('who may not change a template sees what it says, and why he may not', async () => {
  server.use(...catalog([DATABASE], { isReader: true }))
  await open(TemplateSettings, 'templates/$template/settings', 'templates/tpl-database/settings')
  expect(await screen.findByText(/You need the permission catalog.template.manage/)).toBeDefined()
  expect(await screen.findByText('Amazon Web Services')).toBeDefined()
  expect(screen.getByText('required, one resource for each')).toBeDefined()
  expect(screen.getByText('in the environment, from token of the variable set shared')).toBeDefined()
  expect(screen.queryByLabelText(/^Description/)).toBeNull()
})

test('the overview reads the documentation', async () => {
  server.use(...catalog([DATABASE]))
  const { container } = await open(TemplateOverview, 'templates/$template', 'templates/tpl-database')
  expect(await screen.findByRole('heading', { name: 'How' })).toBeDefined()
  expect(screen.getByRole('link', { name: 'tier=data' }).getAttribute('href')).toBe('/app/acme/templates?label=tier%3Ddata')
  await expectAccessible(container)
})

test('a template is disabled after a question, and enabled at once; what stands on it keeps it from being deleted', async () => {
  server.use(...catalog([template('network')]))
  const done: string[] = []
  server.use(
    http.post(`${API}/templates/tpl-network/actions/:action`, ({ params }) => {
      done.push(String(params['action']))
      return HttpResponse.json({ data: template('network', { status: 'disabled' }) })
    }),
    http.delete(`${API}/templates/tpl-network`, ({ request }) => {
      done.push(`delete ${request.headers.get('if-match')}`)
      return HttpResponse.json({ errors: [{ status: '409', code: 'conflict', title: 'in use', detail: 'It is needed by the template "The database".' }] }, { status: 409 })
    }),
  )
  const { user } = await open(TemplateFrame, 'templates/$template', 'templates/tpl-network')
  await user.click(await screen.findByRole('button', { name: 'More actions' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Disable…' }))
  const dialog = await screen.findByRole('dialog')
  expect(within(dialog).getByText('slipway template disable network')).toBeDefined()
  server.use(http.get(`${API}/templates/tpl-network`, () => HttpResponse.json({ data: template('network', { status: 'disabled' }) }, { headers: { etag: '"8"' } })))
  await user.click(within(dialog).getByRole('button', { name: 'Disable' }))
  await user.click(await screen.findByRole('button', { name: 'Enable' }))
  await waitFor(() => expect(done).toEqual(['disable', 'enable']))
  await user.click(screen.getByRole('button', { name: 'More actions' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Delete…' }))
  await user.type(await screen.findByLabelText(/to confirm/), 'network')
  await user.click(screen.getByRole('button', { name: 'Delete template' }))
  expect(await screen.findByText(/It is needed by the template "The database"/)).toBeDefined()
  expect(done.at(-1)).toBe('delete "8"')
}, 60_000)

test('the graph has a link for each template that says all that its lines say; arrow keys follow them, and the list says the same', async () => {
  server.use(...catalog([template('network')]))
  const { user, container } = await open(Hierarchy, 'templates/$template/hierarchy', 'templates/tpl-network/hierarchy')
  const graph = await screen.findByRole('group', { name: 'What The network stands on, and what stands on it' })
  expect(within(graph).getAllByRole('link')).toHaveLength(5)
  const described = (name: string) => {
    const link = within(graph).getByRole('link', { name: new RegExp(name) })
    return document.getElementById(link.getAttribute('aria-describedby') ?? '')?.textContent
  }
  expect(described('The balancer')).toBe('Stands on The network, 2 or more, or another of backend; The cluster, exactly one, or another of backend.')
  expect(described('The region')).toBe('A group. Stands on nothing. Below The network.')
  const current = within(graph).getByRole('link', { name: /The network/ })
  expect(current.getAttribute('aria-current')).toBe('page')
  current.focus()
  await user.keyboard('{ArrowLeft}')
  expect(document.activeElement?.textContent).toContain('The region')
  await user.keyboard('{ArrowRight}{ArrowRight}')
  expect(document.activeElement?.getAttribute('data-node')).toMatch(/cluster|database|balancer/)
  await expectAccessible(container)
  await user.click(screen.getByRole('button', { name: 'List' }))
  const below = await screen.findByRole('navigation', { name: 'What stands on The network' })
  expect(within(below).getAllByRole('link')).toHaveLength(5)
  expect(within(below).getByText('2 or more, or another of backend')).toBeDefined()
  expect(within(below).getAllByText('see above')).toHaveLength(2)
  await expectAccessible(container)
})

const change = (key: string, action: string, differences: object[] = []) => ({ kind: 'template', key, action, differences })

test('documents are looked at before they are applied, and not applied when the catalog moved meanwhile', async () => {
  server.use(...catalog([]))
  const asked: (string | null)[] = []
  const bodies: unknown[] = []
  let hasMoved = false
  server.use(
    http.post(`${ACME}/catalog/actions/apply`, async ({ request }) => {
      const isDryRun = new URL(request.url).searchParams.get('dry-run')
      asked.push(isDryRun)
      bodies.push(await request.json())
      const changes = [change('region', hasMoved ? 'none' : 'create', hasMoved ? [] : [{ field: 'parents', before: null, after: [{ template: 'account', minimum: 1, maximum: 1 }] }]), change('network', 'update', [{ field: 'naming', before: 'a', after: 'b' }])]
      return HttpResponse.json({ data: { id: 'acme', type: 'catalog-applications', attributes: { 'is-dry-run': isDryRun === 'true', changes } } })
    }),
  )
  const { user, container } = await open(ApplyCatalog, 'templates/apply')
  await user.click(await screen.findByLabelText('Documents'))
  await user.paste('kind: template\nkey: region\nname: Region\n---\nkind: template\nkey: network\nname: Network\n')
  await user.click(screen.getByRole('button', { name: 'See what would change' }))
  expect(await screen.findByText('1 to create, 1 to change')).toBeDefined()
  expect(bodies[0]).toMatchObject({ templates: [{ key: 'region', name: 'Region' }, { key: 'network', name: 'Network' }] })
  expect(screen.getByText('parents').nextElementSibling?.textContent).toBe('account')
  expect(asked).toEqual(['true'])
  await expectAccessible(container)
  hasMoved = true
  await user.click(screen.getByRole('button', { name: 'Apply' }))
  expect(await screen.findByText('Somebody changed the catalog meanwhile')).toBeDefined()
  expect(asked).toEqual(['true', 'true'])
  await user.click(screen.getByRole('button', { name: 'Apply' }))
  expect(await screen.findByText('Applied: 1 changed, 1 was as it should be')).toBeDefined()
  expect(asked).toEqual(['true', 'true', 'true', 'false'])
}, 60_000)

test('what is wrong with documents is told with its line', async () => {
  server.use(...catalog([]))
  server.use(http.post(`${ACME}/catalog/actions/apply`, () => invalid(['/templates/1/parents/0/template', 'There is no template "x".'])))
  const { user } = await open(ApplyCatalog, 'templates/apply')
  await user.click(await screen.findByLabelText('Documents'))
  await user.paste('kind: template\nkey: a\nname: A\n---\nkind: template\nkey: b\nname: B\nparents:\n  - template: x\n')
  await user.click(screen.getByRole('button', { name: 'See what would change' }))
  expect(await screen.findByText(/^Line 9: There is no template "x"\./)).toBeDefined()
  await user.clear(screen.getByLabelText('Documents'))
  await user.paste('key: a\n---\nkind: tempalte\n')
  await user.click(screen.getByRole('button', { name: 'See what would change' }))
  expect(await screen.findByText(/^Line 1: The document does not say its kind/)).toBeDefined()
  expect(screen.getByText(/^Line 3: There is no kind of documents “tempalte”/)).toBeDefined()
})
