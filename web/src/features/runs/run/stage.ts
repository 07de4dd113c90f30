// A server for tests of the run page: one run, as a test wants it.
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import type { Schema } from '@/api/query'
import type { LogLines } from '@/ui/log/wire'
import { PLAN, REPLACED } from '../plan/fixture'

const ORIGIN = window.location.origin

export const RUN = 'run-1'
export const PATH = '/app/$organization/workspaces/$workspace/runs/$run'
export const AT = `/app/acme/workspaces/orders-db/runs/${RUN}`

const T0 = '2026-03-02T14:00:00.000Z'

const run: Schema<'Run'> = {
  status: 'planned',
  'status-timestamps': { 'pending-at': T0, 'planning-at': '2026-03-02T14:00:01.000Z', 'planned-at': '2026-03-02T14:00:19.000Z' },
  message: 'Encrypt the orders database',
  source: 'cli',
  'started-by': 'lin',
  'is-destroy': false,
  'plan-only': false,
  'refresh-only': false,
  refresh: true,
  'allow-empty-apply': false,
  'auto-apply': false,
  'save-plan': false,
  'target-addrs': [],
  'replace-addrs': [],
  variables: [],
  'has-changes': true,
  actions: { 'is-confirmable': true, 'is-discardable': true, 'is-cancelable': false, 'is-force-cancelable': false },
  permissions: { 'can-apply': true, 'can-discard': true, 'can-cancel': true, 'can-force-cancel': false },
  'unaccounted-resources': [],
  'created-at': T0,
}

const phase = {
  status: 'finished',
  'status-timestamps': { 'started-at': T0 },
  'log-read-url': '',
  'resource-additions': 3,
  'resource-changes': 1,
  'resource-destructions': 2,
  'resource-imports': 0,
  'has-changes': true,
  'changes-available': true,
}

export interface Stage {
  readonly run?: Partial<Schema<'Run'>>
  readonly plan?: object
  readonly apply?: object
  readonly log?: Partial<LogLines>
}

/** What was sent to decide something: the action and its comment. */
export const decisions: (readonly [string, string])[] = []

export const server = setupServer()

/** Answers for one run. */
export function put({ run: changes, plan, apply, log }: Stage = {}) {
  decisions.length = 0
  const at = (path: string) => `${ORIGIN}/api/v2${path}`
  const empty = { data: [], links: {} }
  server.use(
    http.get(at(`/runs/${RUN}`), () =>
      HttpResponse.json({
        data: {
          id: RUN,
          type: 'runs',
          attributes: { ...run, ...changes },
          relationships: { workspace: { data: { id: 'ws-1', type: 'workspaces' } }, plan: { data: { id: 'plan-1', type: 'plans' } } },
        },
        included: [
          { id: 'plan-1', type: 'plans', attributes: { ...phase, ...plan } },
          { id: 'apply-1', type: 'applies', attributes: { ...phase, 'status-timestamps': {}, status: 'pending', ...apply } },
        ],
      }),
    ),
    http.get(at(`/runs/${RUN}/comments`), () => HttpResponse.json(empty)),
    http.get(at('/organizations/acme/workspaces/orders-db'), () =>
      HttpResponse.json({
        data: {
          id: 'ws-1',
          type: 'workspaces',
          attributes: { name: 'orders-db', 'auto-apply': false, 'allow-destroy-plan': true, permissions: { 'can-queue-run': true, 'can-queue-apply': true, 'can-queue-destroy': true } },
        },
      }),
    ),
    http.get(at('/plans/plan-1/changes'), () => HttpResponse.json(PLAN)),
    http.get(at('/plans/plan-1/changes/:number'), () => HttpResponse.json(REPLACED)),
    http.get(at('/:kind/:id/log/lines'), () =>
      HttpResponse.json({
        'total-lines': 3,
        'first-line': 1,
        lines: ['Refreshing state...', '\u001b[1mPlan:\u001b[0m 3 to add', 'Done'],
        'cut-lines': [],
        offset: 0,
        'end-offset': 60,
        'is-complete': true,
        ...log,
      }),
    ),
    http.get(at('/account/preferences'), () => HttpResponse.json(empty)),
    http.get(at('/account/session'), () => HttpResponse.json({ data: { id: 's', type: 'sessions', attributes: { 'csrf-token': 't' } } })),
    http.post(at(`/runs/${RUN}/actions/:action`), async ({ params, request }) => {
      const { comment } = (await request.json()) as { comment: string }
      decisions.push([String(params['action']), comment])
      return new HttpResponse(null, { status: 202 })
    }),
  )
}
