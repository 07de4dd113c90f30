// Objects wherever they are named: their icon, their word, their page. The kinds are the API's (`object-kind`).
import type { IconName } from '@/ui/icon'
import { addresses } from './addresses'

interface Kind {
  readonly word: string
  readonly icon: IconName
  /** Where whoever hears of it may go: its page, or the list that it is in; some kinds have neither. */
  readonly to?: (organization: string, id: string, name: string) => string
  /** Its own page, where not everybody who hears of it may see it. */
  readonly page?: (organization: string, id: string, name: string) => string
}

/** Runs are named `workspace · message`. */
function runAddress(organization: string, id: string, name: string): string {
  return addresses.run(organization, name.split(' · ')[0] ?? '', id)
}

const KINDS: Readonly<Record<string, Kind>> = {
  organization: { word: 'organization', icon: 'organization', to: (_, __, name) => addresses.organization(name) },
  project: { word: 'project', icon: 'project', to: (organization, id) => addresses.project(organization, id) },
  workspace: { word: 'workspace', icon: 'workspace', to: (organization, _, name) => addresses.workspace(organization, name) },
  run: { word: 'run', icon: 'run', page: runAddress },
  plan: { word: 'plan', icon: 'run' },
  apply: { word: 'apply', icon: 'run' },
  'variable-set': { word: 'variable set', icon: 'variables', to: (organization, id) => addresses.variableSet(organization, id) },
  variable: { word: 'variable', icon: 'variables' },
  'state-version': { word: 'state version', icon: 'database' },
  'configuration-version': { word: 'configuration', icon: 'template' },
  'runner-pool': { word: 'runner pool', icon: 'runner', to: (organization) => addresses.settings(organization, 'runner-pools') },
  runner: { word: 'runner', icon: 'runner', to: (organization) => addresses.settings(organization, 'runner-pools') },
  team: {
    word: 'team',
    icon: 'team',
    to: (organization) => addresses.settings(organization, 'teams'),
    page: (organization, id) => `${addresses.settings(organization, 'teams')}/${encodeURIComponent(id)}`,
  },
  role: { word: 'role', icon: 'shield', to: (organization) => addresses.settings(organization, 'roles') },
  'role-assignment': { word: 'role assignment', icon: 'shield', to: (organization) => addresses.settings(organization, 'roles') },
  'service-account': {
    word: 'service account',
    icon: 'bot',
    to: (organization) => addresses.settings(organization, 'service-accounts'),
    page: (organization, id) => `${addresses.settings(organization, 'service-accounts')}/${encodeURIComponent(id)}`,
  },
  'organization-membership': { word: 'member', icon: 'user', to: (organization) => addresses.settings(organization, 'members') },
  token: { word: 'token', icon: 'key', to: (organization) => addresses.settings(organization, 'tokens') },
  user: { word: 'user', icon: 'user' },
  session: { word: 'session', icon: 'app' },
  cluster: { word: 'cluster', icon: 'executor', to: (organization) => addresses.clusters(organization) },
  'identity-provider': { word: 'identity provider', icon: 'key' },
  'trusted-issuer': {
    word: 'trusted issuer',
    icon: 'link',
    to: (organization, id) => `${addresses.settings(organization, 'trusted-issuers')}/${encodeURIComponent(id)}`,
  },
  integration: {
    word: 'integration',
    icon: 'plug',
    to: (organization) => addresses.settings(organization, 'integrations'),
    page: (organization, id) => addresses.integration(organization, id),
  },
  'ssh-key': { word: 'SSH key', icon: 'key', to: (organization) => addresses.settings(organization, 'ssh-keys') },
  repository: { word: 'repository', icon: 'branch', to: (organization, id) => addresses.repository(organization, id) },
  trigger: { word: 'trigger', icon: 'branch' },
  schedule: { word: 'schedule', icon: 'clock', to: (organization) => addresses.schedules(organization) },
  'approval-rule': { word: 'approval rule', icon: 'check', to: (organization) => addresses.approvalRules(organization) },
  'pull-request': { word: 'pull request', icon: 'pull-request' },
  template: { word: 'template', icon: 'template', to: (organization, id) => addresses.template(organization, id) },
  'source-code': { word: 'source code', icon: 'file', to: (organization, id) => addresses.sourceCode(organization, id) },
  'source-code-version': { word: 'version', icon: 'tag' },
  resource: { word: 'resource', icon: 'resource', to: (organization, id) => addresses.resource(organization, id) },
  'resource-change': { word: 'change', icon: 'change' },
  executor: { word: 'executor', icon: 'executor', to: (organization, id) => addresses.executor(organization, id) },
  app: { word: 'app', icon: 'app', to: (organization, _, name) => addresses.app(organization, name) },
  service: { word: 'service', icon: 'service', to: (organization) => addresses.services(organization) },
  'service-instance': { word: 'service instance', icon: 'service', to: (organization, id) => addresses.serviceInstance(organization, id) },
  job: { word: 'job', icon: 'job', to: (organization, _, name) => addresses.job(organization, name) },
  volume: { word: 'volume', icon: 'database', to: (organization) => addresses.volumes(organization) },
  'volume-plan': { word: 'plan of volumes', icon: 'database', to: (organization) => addresses.volumes(organization) },
  'job-run': { word: 'run of a job', icon: 'job' },
  bind: { word: 'bind', icon: 'link' },
  blueprint: { word: 'blueprint', icon: 'blueprint', to: (organization, id) => addresses.blueprint(organization, id) },
  workflow: { word: 'workflow', icon: 'graph', to: (organization, id) => addresses.workflow(organization, id) },
  'git-workspace': { word: 'git workspace', icon: 'branch', to: (organization, id) => addresses.gitWorkspace(organization, id) },
  storage: { word: 'storage', icon: 'database', to: (organization, id) => addresses.storage(organization, id) },
  'signing-key': { word: 'signing key', icon: 'key' },
  'audit-webhook': { word: 'audit webhook', icon: 'bell', to: (organization) => addresses.settings(organization, 'audit') },
  'app-router': { word: 'router', icon: 'globe' },
  'work-item': { word: 'work item', icon: 'inbox' },
  site: { word: 'site', icon: 'globe' },
}

/** The icon of a kind; a dot for one that this console does not know. */
export function objectIcon(kind: string): IconName {
  return KINDS[kind]?.icon ?? 'dot'
}

/** The kind in words: `variable set`. */
export function objectWord(kind: string): string {
  return KINDS[kind]?.word ?? kind.replaceAll('-', ' ')
}

/** The page of an object that the caller sees, or null where it has none that its id and name lead to. */
export function pageOf(organization: string, kind: string, id: string, name: string): string | null {
  return KINDS[kind]?.page?.(organization, id, name) ?? objectAddress(organization, kind, id, name)
}

/** Where to go from what is told about it, or null. */
export function objectAddress(organization: string, kind: string, id: string, name: string): string | null {
  return KINDS[kind]?.to?.(organization, id, name) ?? null
}
