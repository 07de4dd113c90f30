// A server for tests of resources: a network on a region, with what a test wants to be different.
import { http, HttpResponse } from 'msw'
import { ACME, API, listOf } from '@/testing/organization-stage'
import { type ChangeAttributes, type OrderForm, type Output, READ, type ResourceAttributes, type Revision, type TreeNode } from './queries'

const T0 = '2026-11-20T10:00:00.000Z'

export const region: TreeNode = { id: 'res-region', name: 'region-1', project: 'prj-1', template: 'tpl-region', 'template-key': 'region', state: 'provisioned', 'is-stale': false, change: null, distance: 1 }
export const cluster: TreeNode = { id: 'res-cluster', name: 'shop-cluster', project: 'prj-1', template: 'tpl-cluster', 'template-key': 'cluster', state: 'provisioned', 'is-stale': true, change: null, distance: 1 }

export function network(changes: Partial<ResourceAttributes> = {}, relationships: object = {}) {
  const attributes = {
    name: 'shop-net',
    description: 'Where the shop stands',
    labels: ['team=shop'],
    'source-code-version': 'scv-1',
    parents: ['res-region'],
    integrations: [],
    values: { zones: ['a', 'b'] },
    tags: [],
    settings: [],
    template: 'network',
    'version-name': 'v1.0.0 (modules/network)',
    state: 'provisioned',
    secrets: ['token'],
    stale: [],
    'output-count': 2,
    revision: 2,
    'created-by': 'lin',
    'created-at': T0,
    'updated-at': T0,
    ...changes,
  } as ResourceAttributes
  return {
    id: 'res-1',
    type: 'resources',
    attributes,
    relationships: { project: { data: { id: 'prj-1', type: 'projects' } }, template: { data: { id: 'tpl-network', type: 'templates' } }, ...relationships },
  }
}

export function change(changes: Partial<ChangeAttributes> = {}, relationships: object = {}) {
  const attributes: ChangeAttributes = {
    number: 3,
    kind: 'update',
    status: 'waiting',
    'resource-name': 'shop-net',
    template: 'network',
    differences: [
      { field: 'values/cidr', before: '10.0.0.0/16', after: '10.1.0.0/16' },
      { field: 'values/token', before: '(secret)', after: '(secret)' },
      { field: 'parents', before: null, after: ['res-region'] },
    ] as never,
    reason: 'Addresses ran out',
    'auto-apply': false,
    'requested-by': 'lin',
    actions: { 'is-decidable': true, 'is-retryable': false, 'is-cancelable': true },
    'created-at': T0,
    'updated-at': T0,
    ...changes,
  }
  return {
    id: 'chg-1',
    type: 'resource-changes',
    attributes,
    relationships: { project: { data: { id: 'prj-1', type: 'projects' } }, resource: { data: { id: 'res-1', type: 'resources' } }, run: { data: { id: 'run-1', type: 'runs' } }, ...relationships },
  }
}

const OUTPUTS: readonly Output[] = [
  { name: 'network_id', type: 'string', 'is-sensitive': false, value: 'net-1f2e' },
  { name: 'subnets', type: ['map', ['object', { id: 'string', cidr: 'string' }]], 'is-sensitive': false, value: { a: { id: 's-1', cidr: '10.0.0.0/17' } } },
  { name: 'password', type: 'string', 'is-sensitive': true, value: null },
]

const plain = { 'is-sensitive': false, 'is-later': false, 'is-asked': true, problem: null } as const

export const FORM: OrderForm = {
  schema: {
    type: 'object',
    required: ['zones', 'owner'],
    properties: {
      cidr: { type: 'string', description: 'The addresses.', default: '10.0.0.0/16', 'x-slipway': { order: 3, origin: 'module', type: 'string' } },
      zones: { type: 'array', items: { type: 'string' }, title: 'Zones', 'x-slipway': { order: 0, type: 'list(string)' } },
      owner: { type: 'object', properties: { name: { type: 'string', 'x-slipway': {} }, age: { type: 'number', 'x-slipway': {} } }, required: ['name'], 'x-slipway': { order: 1, type: 'object' } },
      size: { type: 'string', enum: ['small', 'large'], default: 'small', 'x-slipway': { order: 2, origin: 'version', group: 'Size', type: 'string' } },
      disk: { type: 'number', 'x-slipway': { order: 2, origin: 'module', group: 'Size', type: 'number', 'shown-when': { variable: 'size', equals: 'large' } } },
      account_id: { type: 'string', 'x-slipway': { order: 4, origin: 'reference', reference: { template: 'region', output: 'account_id' } } },
      token: { type: 'string', writeOnly: true, 'x-slipway': { order: 5, origin: 'module', sensitive: true } },
    },
  },
  values: [
    { ...plain, name: 'zones', value: null, origin: null },
    { ...plain, name: 'owner', value: null, origin: null },
    { ...plain, name: 'size', value: 'small', origin: { kind: 'version' } },
    { ...plain, name: 'disk', value: 20, origin: { kind: 'module' } },
    { ...plain, name: 'cidr', value: '10.0.0.0/16', origin: { kind: 'module' } },
    { ...plain, name: 'token', value: null, origin: { kind: 'module' }, 'is-sensitive': true },
    { ...plain, name: 'account_id', value: 'acc-7', origin: { kind: 'reference', parent: 'res-region', output: 'account_id' }, 'is-asked': false },
  ],
  name: 'acme-net',
  naming: '{organization}-net',
  versions: [{ id: 'scv-1', name: 'v1.0.0', lifecycle: 'active', 'is-recommended': true }],
  parents: [{ template: 'region', minimum: 1, maximum: 1, group: null, candidates: [{ id: 'res-region', name: 'region-1', status: 'provisioned' }] }],
  integrations: [],
  'required-settings': [],
  problems: [{ pointer: '/data/attributes/values/zones', detail: 'Zones have to be given.' }],
}

const REVISIONS: readonly Revision[] = [
  { revision: 2, change: 'chg-2', kind: 'update', specification: network().attributes, differences: [{ field: 'values/zones', before: ['a'], after: ['a', 'b'] }] as never, reason: 'A zone more', 'requested-by': 'lin', 'applied-at': T0 },
  { revision: 1, change: 'chg-0', kind: 'create', specification: network().attributes, differences: [{ field: 'values/zones', before: null, after: ['a'] }] as never, reason: '', 'requested-by': 'sam', 'applied-at': T0 },
]

interface Stage {
  readonly resource?: ReturnType<typeof network>
  readonly change?: ReturnType<typeof change>
  readonly form?: Partial<OrderForm>
  /** Permissions that the caller lacks. */
  readonly lacks?: readonly string[]
}

/** What was sent: method, path and body. */
export const sent: (readonly [string, string, unknown])[] = []

/** Answers for one network. */
export function put({ resource = network(), change: open = change(), form, lacks = [] }: Stage = {}) {
  sent.length = 0
  const one = (id: string, type: string, attributes: object) => HttpResponse.json({ data: { id, type, attributes } })
  const said = async ({ request }: { request: Request }) => {
    const text = await request.text()
    sent.push([request.method, new URL(request.url).pathname.replace('/api/v2', ''), text === '' ? null : (JSON.parse(text) as unknown)])
    return request.url.includes('/actions/reveal') ? one('res-1', 'resource-output-values', { ...OUTPUTS[2], value: 'hush' }) : HttpResponse.json({ data: resource }, { headers: { etag: '"8"' } })
  }
  const tree = (direction: string, near: readonly TreeNode[]) => ({
    direction,
    nodes: [{ ...region, id: 'res-1', name: resource.attributes.name, 'template-key': 'network', distance: 0 }, ...near],
    edges: near.map(({ id }) => (direction === 'parents' ? { child: 'res-1', parent: id } : { child: id, parent: 'res-1' })),
    'is-cut': false,
  })
  return [
    http.get(`${ACME}/access-explanations`, ({ request }) => {
      const permission = new URL(request.url).searchParams.get('permission') ?? READ
      return HttpResponse.json(listOf([{ id: permission, type: 'access-explanations', attributes: { permission, 'is-allowed': !lacks.includes(permission) } }]))
    }),
    http.get(`${API}/account/session`, () => one('s', 'sessions', { 'csrf-token': 't' })),
    http.get(`${API}/account/details`, () => one('user-ada', 'users', { username: 'ada', 'is-service-account': false })),
    http.get(`${ACME}/projects`, () => HttpResponse.json(listOf([{ id: 'prj-1', type: 'projects', attributes: { name: 'shop', permissions: {} } }]))),
    http.get(`${ACME}/templates`, () =>
      HttpResponse.json(listOf([{ id: 'tpl-network', type: 'templates', attributes: { key: 'network', name: 'Network', description: 'Addresses and subnets.', status: 'enabled', 'is-abstract': false } }])),
    ),
    http.get(`${API}/resources/res-1`, () => HttpResponse.json({ data: resource }, { headers: { etag: '"7"' } })),
    http.get(`${API}/resources/res-1/tree`, ({ request }) => {
      const direction = new URL(request.url).searchParams.get('direction') ?? ''
      return one('res-1', 'resource-trees', tree(direction, direction === 'parents' ? [region] : [cluster]))
    }),
    http.get(`${API}/resources/res-1/outputs`, () => one('res-1', 'resource-outputs', { outputs: OUTPUTS })),
    http.get(`${API}/resources/res-1/form`, () => one('res-1', 'resource-forms', { ...FORM, problems: [], ...form })),
    http.get(`${API}/resources/res-1/revisions`, () => HttpResponse.json(listOf(REVISIONS.map((attributes) => ({ id: attributes.change, type: 'resource-revisions', attributes }))))),
    http.get(`${API}/resources/res-1/changes`, () => HttpResponse.json(listOf([open]))),
    http.get(`${API}/resource-changes/chg-1`, () => HttpResponse.json({ data: open })),
    http.get(`${API}/runs/run-1`, () =>
      HttpResponse.json({
        data: { id: 'run-1', type: 'runs', attributes: {} },
        included: [{ id: 'plan-1', type: 'plans', attributes: { 'resource-additions': 1, 'resource-changes': 5, 'resource-destructions': 2 } }],
      }),
    ),
    http.post(`${ACME}/resources/actions/form`, () => one('acme', 'resource-forms', { ...FORM, ...form })),
    http.post(`${ACME}/resources`, said),
    http.patch(`${API}/resources/res-1`, said),
    http.delete(`${API}/resources/res-1`, said),
    http.post(`${API}/resources/res-1/actions/:action`, said),
    http.post(`${API}/resources/res-1/outputs/:output/actions/reveal`, said),
    http.post(`${API}/resource-changes/chg-1/actions/:action`, said),
  ]
}
