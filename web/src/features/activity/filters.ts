// What the activity can be filtered by.
import type { Filter } from '@/ui/filter-bar'
import { objectWord } from '@/lib/objects'

const ACTIONS: readonly (readonly [string, string])[] = [
  ['run', 'runs: anything'],
  ['run.created', 'run started'],
  ['run.confirmed', 'run confirmed'],
  ['run.applied', 'run applied'],
  ['run.errored', 'run failed'],
  ['run.discarded', 'run discarded'],
  ['workspace', 'workspaces: anything'],
  ['workspace.locked', 'workspace locked'],
  ['variable', 'variables: anything'],
  ['state-version', 'states: anything'],
  ['state-version.downloaded', 'state downloaded'],
  ['role-assignment', 'roles given or taken'],
  ['organization-membership', 'members: anything'],
  ['team', 'teams: anything'],
  ['token', 'tokens: anything'],
  ['integration', 'integrations: anything'],
  ['repository', 'repositories: anything'],
  ['repository.pushed', 'pushed to a repository'],
  ['pull-request', 'pull requests: anything'],
  ['pull-request.commented', 'commanded in a pull request'],
  ['trigger', 'triggers: anything'],
  ['webhook', 'webhooks of repositories'],
  ['audit', 'audit log exported'],
]

const KINDS = [
  'run',
  'workspace',
  'project',
  'variable',
  'variable-set',
  'state-version',
  'configuration-version',
  'team',
  'organization-membership',
  'role',
  'role-assignment',
  'service-account',
  'token',
  'runner-pool',
  'integration',
  'ssh-key',
  'repository',
  'trigger',
  'audit-webhook',
  'organization',
] as const

export const FILTERS: readonly Filter[] = [
  { name: 'action', title: 'Action', options: ACTIONS.map(([value, text]) => ({ value, text })) },
  { name: 'actor', title: 'By', placeholder: 'Name of a person or program' },
  { name: 'kind', title: 'Object', options: KINDS.map((value) => ({ value, text: objectWord(value) })) },
  { name: 'object', title: 'Object id', placeholder: 'ws-…', isMono: true },
  {
    name: 'since',
    title: 'Time',
    options: [
      { value: '1h', text: 'the last hour' },
      { value: '24h', text: 'the last day' },
      { value: '7d', text: 'the last week' },
      { value: '30d', text: 'the last 30 days' },
    ],
  },
  { name: 'from', title: 'From', placeholder: '2026-11-01', isMono: true },
  { name: 'to', title: 'Until', placeholder: '2026-12-01', isMono: true },
  { name: 'request', title: 'Request', placeholder: 'req-…', isMono: true },
  { name: 'address', title: 'Address', placeholder: '192.0.2.7', isMono: true },
]
