// The run page, as people use it.
import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { show } from '@/testing/render'
import RunPage from './page'
import { AT, decisions, PATH, put, RUN, server } from './stage'

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const open = (at = AT) => show(<RunPage />, { path: PATH, at })
const button = (name: string | RegExp) => screen.findByRole('button', { name })

describe('the plan lens', () => {
  test('shows the riskiest changes first, with the reason', async () => {
    put()
    await open()
    const changes = await screen.findByRole('group', { name: 'Changes' })
    const rows = within(changes).getAllByRole('button').map((row) => row.textContent)
    expect(rows.slice(0, 3)).toEqual([
      'module.database+2±1−1',
      'aws_security_group.dbno longer in the configuration',
      'aws_db_instance.primarystorage_encrypted: cannot be changed in place',
    ])
    expect(rows.at(-2)).toContain('Changed outside')
  })

  test('opens a change with what is unknown, sensitive and forces the replacement', async () => {
    put()
    const { user, router } = await open()
    await user.click(await button(/primarystorage_encrypted/))
    expect(await screen.findByText('forces replacement')).toBeDefined()
    expect(screen.getByText('known after apply')).toBeDefined()
    expect(screen.getAllByText('sensitive')).toHaveLength(2)
    expect(router.state.location.search).toMatchObject({ change: '1' })
    expect(screen.queryByText('"orders-db"')).toBeNull()
    await user.click(screen.getByRole('button', { name: 'show' }))
    expect(screen.getByText('"orders-db"')).toBeDefined()
  })

  test('filters by what is typed and keeps it in the address', async () => {
    put()
    const { user, router } = await open()
    await user.type(await screen.findByLabelText('Filter changes'), 'replica')
    await waitFor(() => expect(screen.queryByText('primary')).toBeNull())
    expect(screen.getByText('replica["eu-west-1a"]')).toBeDefined()
    await waitFor(() => expect(router.state.location.search).toMatchObject({ q: 'replica' }))
  })

  test('opens as the address says', async () => {
    put()
    await open(`${AT}?by=type&only=create&q=replica`)
    const changes = await screen.findByRole('group', { name: 'Changes' })
    expect(within(changes).getAllByRole('button').map((row) => row.textContent)).toEqual([
      'aws_db_instance+2',
      'module.database.aws_db_instance.replica["eu-west-1a"]create',
      'module.database.aws_db_instance.replica[1]create',
    ])
    expect((await button(/1 destroy|0 destroy/)).getAttribute('aria-pressed')).toBe('false')
  })

  test('a filter without a match offers the way back', async () => {
    put()
    const { user } = await open(`${AT}?q=nothing-like-it`)
    expect(await screen.findByText('No change matches this filter.')).toBeDefined()
    await user.click(await button('Show all changes'))
    expect(await screen.findByText('replica["eu-west-1a"]')).toBeDefined()
  })

  test('moves with j and k, opens with Enter, filters with /', async () => {
    put()
    const { user } = await open()
    await screen.findByText('replica["eu-west-1a"]')
    document.body.focus()
    await user.keyboard('jjj{Enter}')
    expect(await screen.findByText('forces replacement')).toBeDefined()
    await user.keyboard('{Enter}')
    await waitFor(() => expect(screen.queryByText('forces replacement')).toBeNull())
    await user.keyboard('/')
    expect(document.activeElement).toBe(screen.getByLabelText('Filter changes'))
  })
})

describe('the decision', () => {
  test('asks for the workspace’s name before something is destroyed, and sends the comment', async () => {
    put()
    const { user } = await open()
    await user.type(await screen.findByLabelText('Comment'), 'Agreed')
    await user.click(await button('Confirm and apply…'))
    const dialog = await screen.findByRole('dialog')
    const confirm = within(dialog).getByRole('button', { name: 'Confirm and apply' })
    expect(confirm.getAttribute('aria-disabled')).toBe('true')
    await user.type(within(dialog).getByLabelText(/Type orders-db/), 'orders-db')
    await user.click(confirm)
    await waitFor(() => expect(decisions).toEqual([['apply', 'Agreed']]))
  })

  test('asks nothing when nothing is destroyed', async () => {
    put({ plan: { 'resource-destructions': 0 } })
    const { user } = await open()
    await user.click(await button('Confirm and apply'))
    await waitFor(() => expect(decisions).toEqual([['apply', '']]))
  })

  test('says why somebody may not, and does nothing', async () => {
    put({ run: { permissions: { 'can-apply': false, 'can-discard': false, 'can-cancel': false, 'can-force-cancel': false } } })
    const { user } = await open()
    const confirm = await button(/Confirm and apply/)
    expect(confirm.getAttribute('aria-disabled')).toBe('true')
    expect(screen.getAllByText(/Whoever holds workspace.run.apply there can/).length).toBeGreaterThan(0)
    await user.click(confirm)
    await user.click(await button('Discard'))
    expect(decisions).toEqual([])
  })

  test('says what the server refused', async () => {
    put({ plan: { 'resource-destructions': 0 } })
    server.use(
      http.post(`${window.location.origin}/api/v2/runs/${RUN}/actions/apply`, () =>
        HttpResponse.json({ errors: [{ status: '409', code: 'conflict', title: 'Conflict', detail: 'Sam discarded it a moment ago.' }] }, { status: 409 }),
      ),
    )
    const { user } = await open()
    await user.click(await button('Confirm and apply'))
    expect((await screen.findByRole('alert')).textContent).toContain('Sam discarded it a moment ago.')
  })

  test('is made at the resource whose workspace it is', async () => {
    put()
    const workspace = { name: 'orders-db', 'managed-by': 'res-1', permissions: {} }
    server.use(http.get(`${window.location.origin}/api/v2/organizations/acme/workspaces/orders-db`, () => HttpResponse.json({ data: { id: 'ws-1', type: 'workspaces', attributes: workspace } })))
    const { user } = await open()
    expect((await screen.findByRole('link', { name: 'Open the resource' })).getAttribute('href')).toBe('/app/acme/resources/res-1')
    await user.click(await button(/Confirm and apply/))
    expect(screen.getAllByText(/Decide on its change, at the resource/).length).toBeGreaterThan(0)
    expect(decisions).toEqual([])
  })

  test('is not offered for a run that nobody waits for', async () => {
    put({ run: { status: 'applied', actions: { 'is-confirmable': false, 'is-discardable': false, 'is-cancelable': false, 'is-force-cancelable': false } } })
    await open()
    await button('Run again')
    expect(screen.queryByRole('region', { name: 'Decision' })).toBeNull()
  })
})

describe('approvals', () => {
  const standing = (changes: object = {}) => ({
    status: 'waiting' as const,
    detail: 'Waits for one approval of team platform by the rule production.',
    rules: [{ rule: 'apr-1', name: 'production', needed: 2, given: 1 }],
    votes: [
      { user: 'user-sam', name: 'sam', verdict: 'approve' as const, comment: 'Sunday 03:00', counts: true, 'created-at': '2026-03-02T14:01:00.000Z' },
      { user: 'user-kim', name: 'kim', verdict: 'approve' as const, comment: '', counts: false, 'created-at': '2026-03-02T14:02:00.000Z' },
    ],
    'may-approve': true,
    ...changes,
  })
  const waiting = (changes: object = {}, mayApprove = true) => ({
    run: {
      approvals: standing(changes),
      actions: { 'is-confirmable': false, 'is-discardable': true, 'is-cancelable': false, 'is-force-cancelable': false },
      permissions: { 'can-apply': true, 'can-discard': true, 'can-approve': mayApprove, 'can-cancel': true, 'can-force-cancel': false },
    },
  })
  const api = `${window.location.origin}/api/v2`
  const ada = () => server.use(http.get(`${api}/account/details`, () => HttpResponse.json({ data: { id: 'user-ada', type: 'users', attributes: { username: 'ada' } } })))

  test('say what is missing, by which rule, and who said what; nothing is confirmed before', async () => {
    put(waiting())
    ada()
    const { user, container } = await open()
    const rules = within(await screen.findByRole('list', { name: 'Rules' }))
    expect(rules.getByText('production')).toBeDefined()
    expect(rules.getByText('1 of 2')).toBeDefined()
    const votes = within(screen.getByRole('list', { name: 'Who said what' }))
    expect(votes.getByText('“Sunday 03:00”')).toBeDefined()
    expect(votes.getByText(/may not approve any more/)).toBeDefined()
    expect(screen.getByText('waits for approval')).toBeDefined()
    const confirm = await button(/Confirm and apply/)
    expect(confirm.getAttribute('aria-disabled')).toBe('true')
    expect(within(screen.getByRole('region', { name: 'Decision' })).getAllByText(/Waits for one approval of team platform/).length).toBeGreaterThan(0)
    await user.click(confirm)
    expect(decisions).toEqual([])
    await expectAccessible(container)
  })

  test('are given with a comment, and the server says when they do not count', async () => {
    put(waiting())
    ada()
    const { user } = await open()
    await user.type(await screen.findByLabelText('Why, for the others'), 'Looks right')
    await user.click(await button('Approve'))
    await waitFor(() => expect(decisions).toEqual([['approve', 'Looks right']]))
    const detail = 'You asked for this yourself: somebody else has to approve it.'
    server.use(
      http.post(`${api}/runs/${RUN}/actions/approve`, () => HttpResponse.json({ errors: [{ status: '409', code: 'conflict', title: 'Conflict', detail }] }, { status: 409 })),
    )
    await user.click(await button('Approve'))
    expect((await screen.findByRole('alert')).textContent).toContain(detail)
  })

  test('are not given by whose yes does not count, who may still say no', async () => {
    const refusal = 'You asked for this yourself: somebody else has to approve it.'
    put(waiting({ 'may-approve': false, refusal }))
    ada()
    const { user, container } = await open()
    const approve = await button('Approve')
    expect(approve.getAttribute('aria-disabled')).toBe('true')
    expect(document.getElementById(approve.getAttribute('aria-describedby') ?? '')?.textContent).toBe(refusal)
    await user.click(approve)
    await user.click(await button('Reject'))
    await waitFor(() => expect(decisions).toEqual([['reject', '']]))
    await expectAccessible(container)
  })

  test('are taken back by who gave them', async () => {
    put(waiting({ votes: [{ user: 'user-ada', name: 'ada', verdict: 'reject', comment: 'Friday', counts: true, 'created-at': '2026-03-02T14:01:00.000Z' }], status: 'rejected', detail: 'Rejected by ada ("Friday").' }))
    ada()
    const { user } = await open()
    await user.click(await button('Withdraw my rejection'))
    await waitFor(() => expect(decisions).toEqual([['withdraw-approval', '']]))
    expect(screen.queryByRole('button', { name: 'Reject' })).toBeNull()
  })

  test('are not asked of who may not give them', async () => {
    put(waiting({}, false))
    ada()
    await open()
    expect(await screen.findByText(/Whoever holds workspace.run.approve there can/)).toBeDefined()
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull()
  })

  test('that are there let it be confirmed', async () => {
    const { run } = waiting({ status: 'approved', detail: null })
    put({ run: { ...run, actions: { ...run.actions, 'is-confirmable': true } }, plan: { 'resource-destructions': 0 } })
    ada()
    const { user } = await open()
    await user.click(await button('Confirm and apply'))
    await waitFor(() => expect(decisions).toEqual([['apply', '']]))
  })
})

describe('a run that ended badly', () => {
  test('says what failed, with the code around the place', async () => {
    put({
      run: { status: 'errored', 'error-message': 'the configuration is not valid' },
      plan: {
        status: 'errored',
        'changes-available': false,
        diagnostics: [
          { severity: 'error', summary: 'Unsupported argument', detail: 'No argument is named "sise".', file: 'main.tf', line: 12, 'code-frame': '  12:   sise = 3' },
        ],
      },
    })
    await open()
    expect((await screen.findByRole('alert')).textContent).toBe('Planning failed.The configuration is not valid.')
    expect(screen.getByText('Unsupported argument')).toBeDefined()
    expect(screen.getByText('main.tf:12')).toBeDefined()
    expect(screen.getByText('sise = 3', { exact: false })).toBeDefined()
  })

  test('lists what may exist outside of the state, with import blocks', async () => {
    put({
      run: {
        status: 'errored',
        'error-message': 'The runner was lost while applying.',
        'unaccounted-resources': [
          { address: 'aws_instance.web', 'resource-id': 'i-1', reason: 'It was being created.', 'import-block': 'import {\n  to = aws_instance.web\n  id = "i-1"\n}' },
        ],
      },
      apply: { status: 'errored' },
    })
    await open()
    expect(await screen.findByText('The state may not say what exists')).toBeDefined()
    expect(screen.getByText(/to = aws_instance.web/)).toBeDefined()
  })
})

describe('the log', () => {
  test('shows its lines in colours and gives each a link', async () => {
    put()
    const { user, router } = await open()
    expect((await screen.findByText('Plan:')).className).toContain('bold')
    await user.click(screen.getByRole('link', { name: 'Link to line 2' }))
    await waitFor(() => expect(router.state.location.hash).toBe('L2'))
  })

  test('follows what is written', async () => {
    put({ log: { 'is-complete': false } })
    const body = ['event: log\nid: 70\ndata: {"line": 4, "text": "Applying…\\nhalf"}\n\n', 'event: log\nid: 80\ndata: {"line": 5, "text": " a line\\n"}\n\n', 'event: end\ndata: {}\n\n']
    server.use(
      http.get(`${window.location.origin}/api/v2/plans/plan-1/log/stream`, ({ request }) => {
        const query = new URL(request.url).searchParams
        expect([query.get('offset'), query.get('numbered')]).toEqual(['60', 'true'])
        return new HttpResponse(body.join(''), { headers: { 'content-type': 'text/event-stream' } })
      }),
    )
    await open()
    expect(await screen.findByText('half a line')).toBeDefined()
    expect(screen.getByText('5 lines')).toBeDefined()
    expect((await button('Follow')).getAttribute('aria-pressed')).toBe('true')
  })

  test('is searched by the server', async () => {
    put()
    server.use(
      http.get(`${window.location.origin}/api/v2/plans/plan-1/log/search`, ({ request }) => {
        expect(new URL(request.url).searchParams.get('query')).toBe('add')
        return HttpResponse.json({ lines: [2], total: 1, 'searched-lines': 3, 'is-complete': true })
      }),
    )
    await open(`${AT}?find=add`)
    expect(await screen.findByText('1 of 1')).toBeDefined()
    expect((await screen.findByText('add')).tagName).toBe('MARK')
  })
})
