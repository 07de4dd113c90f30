import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Suspense } from 'react'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { ACME, acme, API, listOf } from '@/testing/organization-stage'
import { show } from '@/testing/render'
import ApprovalRules from './list'
import type { Rule } from './queries'
import { approversOf, commandOf, valuesOf } from './words'

const rule = (id: string, changes: Partial<Rule['attributes']> = {}, project: string | null = null): Rule => ({
  id,
  type: 'approval-rules',
  attributes: {
    name: id,
    tags: [],
    operations: ['plan-and-apply', 'destroy'],
    approvals: 1,
    teams: [],
    'own-approval-counts': false,
    'created-at': '2026-11-21T06:00:00.000Z',
    'updated-at': '2026-11-21T06:00:00.000Z',
    ...changes,
  },
  relationships: { ...(project && { project: { data: { id: project, type: 'projects' } } }) },
})

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const named = (type: string, id: string, name: string) => ({ id, type, attributes: { name, permissions: {} } })

/** `mayIn`: where rules may be changed; the organization by default. */
function put(rules: readonly Rule[], mayIn: readonly (string | null)[] = [null, 'prj-pay']) {
  const teams = listOf([named('teams', 'team-1', 'platform'), named('teams', 'team-2', 'leads')])
  server.use(
    http.get(`${ACME}/access-explanations`, ({ request }) => {
      const query = new URL(request.url).searchParams
      const permission = query.get('permission') ?? 'approval-rule.read'
      const isAllowed = permission === 'approval-rule.read' || mayIn.includes(query.get('scope'))
      return HttpResponse.json(listOf([{ id: permission, type: 'access-explanations', attributes: { permission, 'is-allowed': isAllowed } }]))
    }),
    http.get(`${ACME}/teams`, () => HttpResponse.json(teams)),
    http.get(`${ACME}/projects`, () => HttpResponse.json(listOf([named('projects', 'prj-pay', 'payments')]))),
    http.get(`${API}/projects/prj-pay`, () => HttpResponse.json({ data: named('projects', 'prj-pay', 'payments') })),
    http.get(`${ACME}/templates`, () => HttpResponse.json(listOf([]))),
    http.get(`${ACME}/approval-rules`, () => HttpResponse.json(listOf(rules))),
    ...rules.map((one) => http.get(`${API}/approval-rules/${one.id}`, () => HttpResponse.json({ data: one }, { headers: { etag: '"3"' } }))),
    ...acme(),
  )
}

const open = (search = '') =>
  show(
    <Suspense>
      <ApprovalRules />
    </Suspense>,
    { path: '/app/$organization/settings/approval-rules', at: `/app/acme/settings/approval-rules${search}` },
  )

test('without any it says what a rule does, with the button and the command', async () => {
  put([])
  const { container } = await open()
  expect(await screen.findByText('Nothing has to be approved')).toBeDefined()
  expect(screen.getByText(/slipway approval-rule create production --tag stage=production --approvals 2/)).toBeDefined()
  await expectAccessible(container)
})

test('a rule is made with what was chosen, and the command says the same', { timeout: 20_000 }, async () => {
  put([])
  const { user } = await open('?project=prj-pay&new=true')
  let sent: unknown
  server.use(
    http.post(`${ACME}/approval-rules`, async ({ request }) => {
      sent = ((await request.json()) as { data: unknown }).data
      return HttpResponse.json({ data: rule('production') }, { status: 201 })
    }),
  )
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(await dialog.findByLabelText('Name'))
  await user.paste('production')
  // The finder comes after the field.
  await waitFor(() => expect((dialog.getByLabelText(/^Tags/) as HTMLInputElement).readOnly).toBe(false))
  await user.click(dialog.getByLabelText(/^Tags/))
  await user.paste('stage=production')
  await user.keyboard('{Enter}')
  await user.click(await dialog.findByLabelText(/^Teams/))
  await user.keyboard('{ArrowDown}{Enter}')
  await user.click(dialog.getByLabelText('Destroying everything'))
  const approvals = dialog.getByLabelText('Approvals')
  await user.clear(approvals)
  await user.type(approvals, '30')
  await user.click(dialog.getByRole('button', { name: 'Create rule' }))
  expect(await dialog.findByText('Between 1 and 20 people.')).toBeDefined()
  await user.clear(approvals)
  await user.type(approvals, '2')
  expect(dialog.getByText(/slipway approval-rule create/).textContent).toContain(
    'slipway approval-rule create production --in-project payments --tag stage=production --operation destroy --approvals 2 --team platform',
  )
  await user.click(dialog.getByRole('button', { name: 'Create rule' }))
  await waitFor(() =>
    expect(sent).toEqual({
      type: 'approval-rules',
      attributes: {
        name: 'production',
        template: '',
        tags: [{ key: 'stage', value: 'production' }],
        operations: ['destroy'],
        approvals: 2,
        teams: ['team-1'],
        'own-approval-counts': false,
      },
      relationships: { project: { data: { type: 'projects', id: 'prj-pay' } } },
    }),
  )
})

test('the list says what each needs and where it counts; of a project it shows what counts there', async () => {
  const rules = [
    rule('everywhere', { approvals: 2, teams: ['team-1', 'team-9'] }),
    rule('paying', { tags: [{ key: 'stage', value: 'production' }] }, 'prj-pay'),
    rule('others', {}, 'prj-else'),
  ]
  put(rules)
  const { container, unmount } = await open()
  expect(await screen.findByText('2 approvals of platform or a team that you do not see')).toBeDefined()
  expect(screen.getByText('stage:production')).toBeDefined()
  expect((await screen.findByRole('link', { name: 'payments' })).getAttribute('href')).toBe('/app/acme/projects/prj-pay')
  expect(screen.getByRole('link', { name: 'others' })).toBeDefined()
  await expectAccessible(container)
  unmount()
  await open('?project=prj-pay')
  expect(await screen.findByRole('link', { name: 'everywhere' })).toBeDefined()
  expect(screen.queryByRole('link', { name: 'others' })).toBeNull()
})

test('what is changed is sent with the version that was read; deleting says what happens', async () => {
  put([rule('production', { teams: ['team-1'] })])
  const { user } = await open()
  let sent: unknown
  let isDeleted = false
  server.use(
    http.patch(`${API}/approval-rules/production`, async ({ request }) => {
      sent = [request.headers.get('if-match'), ((await request.json()) as { data: { attributes: unknown } }).data.attributes]
      return HttpResponse.json({ data: rule('production') })
    }),
    http.delete(`${API}/approval-rules/production`, () => {
      isDeleted = true
      return new HttpResponse(null, { status: 204 })
    }),
  )
  await user.click(await screen.findByRole('link', { name: 'production' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(await dialog.findByLabelText(/The yes of who asked/))
  expect(dialog.getByText(/slipway approval-rule update/).textContent).toContain('slipway approval-rule update production --own-approval-counts true')
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(sent).toEqual(['"3"', { 'own-approval-counts': true }]))
  await user.click(await screen.findByRole('link', { name: 'production' }))
  await user.click(await screen.findByRole('button', { name: 'Delete…' }))
  expect(await screen.findByText(/can be confirmed at once/)).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'Delete rule' }))
  await waitFor(() => expect(isDeleted).toBe(true))
})

test('who may not change rules reads them, and is told why', async () => {
  put([rule('production')], [])
  const { user } = await open()
  const add = await screen.findByRole('button', { name: 'New rule' })
  await waitFor(() => expect(add.getAttribute('aria-disabled')).toBe('true'))
  await user.click(screen.getByRole('link', { name: 'production' }))
  const save = await screen.findByRole('button', { name: 'Save' })
  expect(save.getAttribute('aria-disabled')).toBe('true')
  expect(screen.getAllByText(/This needs approval-rule.manage in acme/).length).toBeGreaterThan(0)
})

test('what is taken away stands in the command', () => {
  const before = rule('production', { teams: ['team-1'], tags: [{ key: 'core' }], operations: ['destroy'], template: 'database' })
  const values = { ...valuesOf(before, ''), teams: [], tags: [], operations: 'all', template: '' } as const
  expect(commandOf(before, values, new Map())).toBe(
    "slipway approval-rule update production --template '' --no-tags --operation plan-and-apply --operation destroy --no-teams",
  )
  expect(approversOf(before.attributes, new Map([['team-1', 'leads']]))).toBe('1 approval of leads')
})
