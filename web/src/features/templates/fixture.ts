// Templates for tests: a network on a region, and a database on the network.
import { http, HttpResponse } from 'msw'
import { ACME, acme, API, listOf } from '@/testing/organization-stage'
import type { Template } from './queries'

export function template(key: string, changes: Partial<Template['attributes']> = {}): Template {
  return {
    id: `tpl-${key}`,
    type: 'templates',
    attributes: {
      key,
      name: `The ${key}`,
      description: '',
      documentation: '',
      'is-abstract': false,
      status: 'enabled',
      parents: [],
      'allowed-integrations': [],
      'one-per-integration': [],
      'required-settings': [],
      naming: null,
      labels: [],
      secrets: [],
      service: null,
      engine: 'opentofu',
      'engine-version': '',
      revision: 1,
      'used-by': {},
      'created-at': '2026-11-21T06:00:00.000Z',
      'updated-at': '2026-11-21T06:00:00.000Z',
      ...changes,
    },
  }
}

export const DATABASE = template('database', {
  parents: [
    { template: 'network', minimum: 1, maximum: 1 },
    { template: 'cluster', minimum: 0, maximum: null },
  ],
  naming: '{project}-db',
  labels: ['tier=data'],
  'allowed-integrations': [{ kind: 'aws', required: true }],
  'one-per-integration': ['aws'],
  secrets: [{ name: 'TOKEN', 'is-environment': true, source: { kind: 'variable-set', 'variable-set': 'shared', key: 'token' } }],
  service: { outputs: [{ output: 'url', variable: 'DATABASE_URL' }] },
  documentation: '# How\n\nRead it.\n',
})

const node = (key: string, distance: number, changes = {}) => ({ id: `tpl-${key}`, key, name: `The ${key}`, 'is-abstract': false, status: 'enabled', distance, ...changes })
const edge = (child: string, parent: string, changes = {}) => ({ child: `tpl-${child}`, parent: `tpl-${parent}`, minimum: 1, maximum: 1, group: null, ...changes })

/** The network stands on a region; a database and a balancer stand on it, the balancer perhaps on a cluster instead. */
export const PARENTS = { direction: 'parents', nodes: [node('network', 0), node('region', 1, { 'is-abstract': true })], edges: [edge('network', 'region')] }
export const CHILDREN = {
  direction: 'children',
  nodes: [node('network', 0), node('cluster', 1), node('database', 1, { status: 'disabled' }), node('balancer', 1)],
  edges: [
    edge('cluster', 'network'),
    edge('database', 'network'),
    edge('database', 'cluster', { minimum: 0, maximum: null }),
    edge('balancer', 'network', { minimum: 2, maximum: null, group: 'backend' }),
    edge('balancer', 'cluster', { group: 'backend' }),
  ],
}

const KINDS = [
  ['aws', 'Amazon Web Services', 'cloud'],
  ['slack', 'Slack', 'chat'],
] as const

/** What pages of templates ask for, for somebody who may change them, or only look. */
export function catalog(templates: readonly Template[], { isReader = false } = {}) {
  const held = ['catalog.template.read', ...(isReader ? [] : ['catalog.template.manage'])]
  const answers = held.map((permission) => ({ id: permission, type: 'access-explanations', attributes: { permission, 'is-allowed': true } }))
  return [
    http.get(`${ACME}/access-explanations`, () => HttpResponse.json(listOf(answers))),
    ...acme(),
    http.get(`${ACME}/templates`, () => HttpResponse.json(listOf(templates))),
    http.get(`${ACME}/varsets`, () => HttpResponse.json(listOf([]))),
    http.get(`${API}/integration-kinds`, () =>
      HttpResponse.json(listOf(KINDS.map(([id, title, group]) => ({ id, type: 'integration-kinds', attributes: { title, group, description: '', methods: [], schema: {} } })))),
    ),
    http.get(`${API}/templates/:template/tree`, ({ request }) => {
      const isUp = new URL(request.url).searchParams.get('direction') === 'parents'
      return HttpResponse.json({ data: { id: 'tpl-network', type: 'template-trees', attributes: isUp ? PARENTS : CHILDREN } })
    }),
    http.get(`${API}/templates/:template`, ({ params }) => {
      const found = templates.find(({ id }) => id === params['template'])
      return found ? HttpResponse.json({ data: found }, { headers: { etag: '"7"' } }) : new HttpResponse(null, { status: 404 })
    }),
  ]
}
