// The console's addresses, in one place: features link to each other's pages without importing each other.

const at = (...parts: readonly string[]) => `/${parts.map(encodeURIComponent).join('/')}`

export const addresses = {
  home: () => '/app',
  organization: (organization: string) => at('app', organization),
  projects: (organization: string) => at('app', organization, 'projects'),
  project: (organization: string, project: string) => at('app', organization, 'projects', project),
  workspaces: (organization: string) => at('app', organization, 'workspaces'),
  newWorkspace: (organization: string) => at('app', organization, 'new-workspace'),
  /** With `repository` and `roots` as search parameters, where they are known. */
  newWorkspaceFromRepository: (organization: string) => at('app', organization, 'new-workspace', 'repository'),
  workspace: (organization: string, workspace: string, tab?: string) =>
    at('app', organization, 'workspaces', workspace, ...(tab ? [tab] : [])),
  run: (organization: string, workspace: string, run: string) =>
    at('app', organization, 'workspaces', workspace, 'runs', run),
  runs: (organization: string) => at('app', organization, 'runs'),
  /** Where only its id is known: leads to its page. */
  runById: (organization: string, run: string) => at('app', organization, 'runs', run),
  variableSets: (organization: string) => at('app', organization, 'variable-sets'),
  variableSet: (organization: string, set: string) => at('app', organization, 'variable-sets', set),
  repositories: (organization: string) => at('app', organization, 'repositories'),
  repository: (organization: string, repository: string, tab?: string) =>
    at('app', organization, 'repositories', repository, ...(tab ? [tab] : [])),
  commit: (organization: string, repository: string, commit: string) =>
    at('app', organization, 'repositories', repository, 'commits', commit),
  integration: (organization: string, integration: string) => at('app', organization, 'settings', 'integrations', integration),
  templates: (organization: string) => at('app', organization, 'templates'),
  newTemplate: (organization: string) => at('app', organization, 'templates', 'new'),
  /** Documents of the catalog, applied together. */
  applyCatalog: (organization: string) => at('app', organization, 'templates', 'apply'),
  template: (organization: string, template: string, tab?: string) =>
    at('app', organization, 'templates', template, ...(tab ? [tab] : [])),
  resources: (organization: string) => at('app', organization, 'resources'),
  resourceChanges: (organization: string) => at('app', organization, 'resources', 'changes'),
  /** With `template` or `service`, and `project`, as search parameters, where they are known. */
  orderResource: (organization: string) => at('app', organization, 'resources', 'new'),
  /** Ordering what is running already. With `template`, `project` and `workspace` as search parameters, where they are known. */
  importResource: (organization: string) => at('app', organization, 'resources', 'import'),
  resource: (organization: string, resource: string, tab?: string) => at('app', organization, 'resources', resource, ...(tab ? [tab] : [])),
  /** Of workflows: changes of many resources in their order. */
  workflows: (organization: string) => at('app', organization, 'workflows'),
  /** With `kind`, and `resources` where they are known, as search parameters. */
  newWorkflow: (organization: string) => at('app', organization, 'workflows', 'new'),
  workflow: (organization: string, workflow: string) => at('app', organization, 'workflows', workflow),
  blueprints: (organization: string) => at('app', organization, 'blueprints'),
  newBlueprint: (organization: string) => at('app', organization, 'blueprints', 'new'),
  blueprint: (organization: string, blueprint: string, tab?: string) => at('app', organization, 'blueprints', blueprint, ...(tab ? [tab] : [])),
  gitWorkspaces: (organization: string) => at('app', organization, 'git-workspaces'),
  newGitWorkspace: (organization: string) => at('app', organization, 'git-workspaces', 'new'),
  gitWorkspace: (organization: string, workspace: string) => at('app', organization, 'git-workspaces', workspace),
  storages: (organization: string) => at('app', organization, 'settings', 'storages'),
  newStorage: (organization: string) => at('app', organization, 'settings', 'storages', 'new'),
  storage: (organization: string, storage: string) => at('app', organization, 'settings', 'storages', storage),
  executors: (organization: string) => at('app', organization, 'executors'),
  newExecutor: (organization: string) => at('app', organization, 'executors', 'new'),
  executor: (organization: string, executor: string, tab?: string) => at('app', organization, 'executors', executor, ...(tab ? [tab] : [])),
  /** Where apps run, with pools and plans. */
  clusters: (organization: string) => at('app', organization, 'settings', 'clusters'),
  /** What depends on what, over all kinds of objects. */
  graph: (organization: string) => at('app', organization, 'graph'),
  /** What depends on one object, by its id. */
  impact: (organization: string, object: string) => at('app', organization, 'graph', object),
  /** What can be ordered by a name. */
  services: (organization: string) => at('app', organization, 'services'),
  /** What was ordered of them. */
  serviceInstances: (organization: string) => at('app', organization, 'services', 'instances'),
  serviceInstance: (organization: string, instance: string) => at('app', organization, 'services', 'instances', instance),
  apps: (organization: string) => at('app', organization, 'apps'),
  newApp: (organization: string) => at('app', organization, 'new-app'),
  /** By its name, which never changes. */
  app: (organization: string, app: string, tab?: string) => at('app', organization, 'apps', app, ...(tab ? [tab] : [])),
  deploy: (organization: string, app: string, deploy: string) => at('app', organization, 'apps', app, 'deploys', deploy),
  volumes: (organization: string) => at('app', organization, 'volumes'),
  jobs: (organization: string) => at('app', organization, 'jobs'),
  newJob: (organization: string) => at('app', organization, 'new-job'),
  /** By its name, which never changes. */
  job: (organization: string, job: string, tab?: string) => at('app', organization, 'jobs', job, ...(tab ? [tab] : [])),
  jobRun: (organization: string, job: string, run: string) => at('app', organization, 'jobs', job, 'runs', run),
  schedules: (organization: string) => at('app', organization, 'schedules'),
  templateVersion: (organization: string, template: string, version: string) => at('app', organization, 'templates', template, 'versions', version),
  sourceCodes: (organization: string) => at('app', organization, 'source-code'),
  newSourceCode: (organization: string) => at('app', organization, 'source-code', 'new'),
  sourceCode: (organization: string, sourceCode: string) => at('app', organization, 'source-code', sourceCode),
  approvalRules: (organization: string) => at('app', organization, 'settings', 'approval-rules'),
  activity: (organization: string) => at('app', organization, 'activity'),
  settings: (organization: string, section = 'general') => at('app', organization, 'settings', section),
  account: (section = 'profile') => at('app', 'account', section),
  admin: (section = 'organizations') => at('app', 'admin', section),
  components: () => '/app/components',
  reference: () => '/reference',
} as const

/** Pages beside those of organizations; no organization is called like them. */
const BESIDE = new Set(['account', 'admin', 'components'])

/** The organization that an address is within, or null. */
export function organizationIn(pathname: string): string | null {
  const [, name] = /^\/app\/([\w.-]+)(?:\/|$)/.exec(pathname) ?? []
  return name === undefined || BESIDE.has(name) ? null : name
}
