// The words of the console for every status of the API, each with its icon and colour. There are no others.
import type { Schema } from '@/api/query'
import type { IconName, Tone } from './icon'

/** How a status is shown. */
export interface StatusLook {
  readonly word: string
  readonly icon: IconName
  readonly tone: Tone
  /** All is well: no colour in lists, so that trouble is what is seen. */
  readonly isCalm?: boolean
}

const look = (word: string, icon: IconName, tone: Tone, isCalm = false): StatusLook => ({ word, icon, tone, isCalm })

const queued = look('Queued', 'queued', 'neutral')
const failed = look('Failed', 'failed', 'danger')
const canceled = look('Canceled', 'canceled', 'neutral')
const confirm = look('Needs confirmation', 'waiting', 'accent')

const run: Record<Schema<'RunStatus'>, StatusLook> = {
  pending: queued,
  fetching: look('Fetching', 'running', 'info'),
  plan_queued: look('Plan queued', 'queued', 'neutral'),
  planning: look('Planning', 'running', 'info'),
  planned: confirm,
  policy_checked: confirm,
  confirmed: look('Confirmed', 'queued', 'neutral'),
  apply_queued: look('Apply queued', 'queued', 'neutral'),
  applying: look('Applying', 'running', 'info'),
  applied: look('Applied', 'ok', 'success', true),
  planned_and_finished: look('Plan finished', 'ok', 'neutral', true),
  planned_and_saved: look('Plan saved', 'waiting', 'accent'),
  discarded: look('Discarded', 'canceled', 'neutral'),
  errored: failed,
  canceled,
  force_canceled: look('Force-canceled', 'canceled', 'neutral'),
}

const phase: Record<Schema<'PhaseStatus'>, StatusLook> = {
  pending: look('Not started', 'todo', 'neutral'),
  queued,
  running: look('Running', 'running', 'info'),
  finished: look('Finished', 'ok', 'success', true),
  errored: failed,
  canceled,
  unreachable: look('Not reached', 'never', 'neutral'),
}

const runner: Record<Schema<'RunnerStatus'>, StatusLook> = {
  idle: look('Ready', 'ok', 'success', true),
  busy: look('Busy', 'running', 'info'),
  unknown: look('Not heard from', 'warning', 'warning'),
  exited: look('Left', 'canceled', 'neutral'),
}

const configuration: Record<Schema<'ConfigurationStatus'>, StatusLook> = {
  pending: look('Waits for files', 'queued', 'neutral'),
  uploaded: look('Uploaded', 'ok', 'success', true),
  errored: failed,
  archived: look('Archived', 'never', 'neutral'),
}

/** What a plan does to a resource. */
const change = {
  create: look('Create', 'create', 'success'),
  update: look('Change', 'change', 'warning'),
  replace: look('Replace', 'replace', 'danger'),
  delete: look('Destroy', 'destroy', 'danger'),
  read: look('Read', 'read', 'neutral'),
  import: look('Import', 'download', 'info'),
  move: look('Move', 'arrow-right', 'neutral'),
  forget: look('Forget', 'minus', 'warning'),
  'no-op': look('Unchanged', 'dot', 'neutral', true),
} as const satisfies Record<string, StatusLook>

/** A workspace between runs; while one is under way it has that run's status. */
const workspace = {
  never: look('Never run', 'never', 'neutral', true),
  'in-sync': look('In sync', 'ok', 'neutral', true),
  drifted: look('Drifted', 'drift', 'warning'),
  ...run,
  // Its last run changed nothing: what was applied before still stands.
  applied: look('In sync', 'ok', 'neutral', true),
  planned_and_finished: look('In sync', 'ok', 'neutral', true),
} as const satisfies Record<string, StatusLook>

/** Users, members, tokens, accounts of programs. */
const access = {
  active: look('Active', 'ok', 'success', true),
  invited: look('Invited', 'waiting', 'neutral'),
  suspended: look('Suspended', 'pause', 'warning'),
  expired: look('Expired', 'clock', 'danger'),
  unused: look('Never used', 'never', 'neutral', true),
} as const satisfies Record<string, StatusLook>

/** Parts of the system: a check, a delivery, a backup. */
const health = {
  ok: look('Ready', 'ok', 'success', true),
  warning: look('Needs a look', 'warning', 'warning'),
  failed,
  running: look('Running', 'running', 'info'),
  queued,
  off: look('Off', 'never', 'neutral'),
} as const satisfies Record<string, StatusLook>

/** What the server and the runners have to do; `silent` is leased by somebody who was not heard from in time. */
const work = {
  queued,
  leased: look('Under way', 'running', 'info'),
  silent: look('Not heard from', 'warning', 'warning'),
  lost: look('Lost', 'warning', 'warning'),
  dead: look('Failed too often', 'failed', 'danger'),
  done: look('Done', 'ok', 'neutral', true),
} as const satisfies Record<string, StatusLook>

/** A system outside: what its last test showed. */
const integration = {
  ok: look('Ready', 'ok', 'success', true),
  untested: look('Not tested', 'never', 'neutral', true),
  authorize: look('Needs authorization', 'waiting', 'accent'),
  warning: look('Lacks rights', 'warning', 'warning'),
  failed,
  off: look('Off', 'pause', 'neutral'),
} as const satisfies Record<string, StatusLook>

/** A repository that is read. */
const repository = {
  ok: look('Ready', 'ok', 'success', true),
  unreachable: look('Not reached', 'warning', 'warning'),
  refused: look('Refused', 'failed', 'danger'),
  gone: look('Gone', 'failed', 'danger'),
} as const satisfies Record<string, StatusLook>

/** The webhook of a repository. */
const webhook = {
  set: look('Set', 'ok', 'success', true),
  wanted: look('To be set', 'queued', 'neutral'),
  impossible: look('Looked at instead', 'eye', 'neutral'),
} as const satisfies Record<string, StatusLook>

/** Something that a forge delivered. */
const delivery = {
  received: queued,
  handled: look('Done', 'ok', 'neutral', true),
  ignored: look('Ignored', 'never', 'neutral', true),
  failed,
} as const satisfies Record<string, StatusLook>

/** Where a pull request stands at its forge. */
const pullRequest = {
  open: look('Open', 'pull-request', 'success'),
  draft: look('Draft', 'never', 'neutral'),
  merged: look('Merged', 'ok', 'neutral', true),
  closed: look('Closed', 'canceled', 'neutral', true),
  skipped: look('Not planned', 'never', 'neutral', true),
} as const satisfies Record<string, StatusLook>

/** What a commit would start. */
const start = {
  plan: look('Plan', 'read', 'info'),
  'plan-and-apply': look('Plan and apply', 'run', 'accent'),
  pipeline: look('Pipeline', 'job', 'neutral'),
  nothing: look('Nothing', 'never', 'neutral', true),
} as const satisfies Record<string, StatusLook>

/** A template of the catalog: whether it can be ordered. */
const template = {
  enabled: look('Enabled', 'ok', 'success', true),
  disabled: look('Disabled', 'pause', 'neutral'),
} as const satisfies Record<Schema<'TemplateStatus'>, StatusLook>

/** Whether a schedule starts anything. */
const schedule: Record<Schema<'ScheduleStatus'>, StatusLook> = {
  active: look('Active', 'ok', 'success', true),
  paused: look('Paused', 'pause', 'warning'),
  finished: look('Finished', 'ok', 'neutral', true),
}

/** What came of a time of a schedule. */
const scheduled: Record<Schema<'OutcomeKind'>, StatusLook> = {
  started: look('Started', 'ok', 'success', true),
  skipped: look('Skipped', 'minus', 'neutral'),
  missed: look('Missed', 'clock', 'warning'),
  refused: look('Refused', 'shield', 'danger'),
  failed,
}

/** Whether enough people said yes to a change. */
const approval: Record<Schema<'ApprovalStatus'>, StatusLook> = {
  'not-needed': look('Not needed', 'never', 'neutral', true),
  waiting: look('Waits for approval', 'waiting', 'accent'),
  approved: look('Approved', 'ok', 'success', true),
  rejected: look('Rejected', 'failed', 'danger'),
}

/** A resource of the catalog; `stale` is one that should be brought up to date. */
const resource = {
  requested: look('Ordered', 'queued', 'neutral'),
  provisioned: look('Provisioned', 'ok', 'success', true),
  stale: look('Stale', 'warning', 'warning'),
  destroyed: look('Destroyed', 'never', 'neutral', true),
} as const satisfies Record<string, StatusLook>

/** A change of a resource. */
const resourceChange = {
  planning: look('Planning', 'running', 'info'),
  waiting: look('Waits for a yes', 'waiting', 'accent'),
  applying: look('Applying', 'running', 'info'),
  applied: look('Applied', 'ok', 'success', true),
  failed,
  rejected: look('Rejected', 'canceled', 'neutral'),
  canceled,
} as const satisfies Record<string, StatusLook>

/** Changes of many resources in their order. */
const workflow = {
  planned: look('Planned', 'todo', 'neutral'),
  running: look('Running', 'running', 'info'),
  succeeded: look('Done', 'ok', 'success', true),
  failed,
  canceled: look('Stopped', 'canceled', 'neutral'),
} as const satisfies Record<Schema<'WorkflowStatus'>, StatusLook>

/** One of them. */
const workflowStep = {
  pending: look('Not begun', 'todo', 'neutral'),
  running: look('Running', 'running', 'info'),
  waiting: look('Waits for a yes', 'waiting', 'accent'),
  done: look('Done', 'ok', 'success', true),
  failed,
  skipped: look('Left out', 'never', 'neutral'),
} as const satisfies Record<Schema<'WorkflowStepStatus'>, StatusLook>

/** A module that is run now and then: what came of its newest run. */
const executor = {
  new: look('Never run', 'never', 'neutral', true),
  running: look('Running', 'running', 'info'),
  waiting: look('Waits for a yes', 'waiting', 'accent'),
  succeeded: look('Succeeded', 'ok', 'success', true),
  failed,
  stopped: look('Stopped', 'canceled', 'neutral'),
} as const satisfies Record<Schema<'ExecutorStatus'>, StatusLook>

/** How an app is. */
const app = {
  new: look('Never deployed', 'never', 'neutral', true),
  running: look('Running', 'ok', 'success', true),
  degraded: look('Degraded', 'warning', 'warning'),
  down: look('Down', 'failed', 'danger'),
  stopped: look('Stopped', 'pause', 'neutral'),
  deleting: look('Deleting', 'running', 'info'),
} as const satisfies Record<Schema<'AppStatus'>, StatusLook>

/** One of its units. */
const unit = {
  starting: look('Starting', 'running', 'info'),
  ready: look('Ready', 'ok', 'success', true),
  'not-ready': look('Not ready', 'warning', 'warning'),
  crashing: look('Crashing', 'failed', 'danger'),
  ended: look('Ended', 'never', 'neutral', true),
} as const satisfies Record<Schema<'UnitStatus'>, StatusLook>

/** What builds and runs apps. */
const cluster = {
  unknown: look('Not looked at yet', 'queued', 'neutral'),
  ready: look('Ready', 'ok', 'success', true),
  limited: look('Limited', 'warning', 'warning'),
  unreachable: look('Unreachable', 'failed', 'danger'),
} as const satisfies Record<Schema<'ClusterStatus'> | 'limited', StatusLook>

/** What an app is given by something else. */
const bind = {
  bound: look('Bound', 'ok', 'success', true),
  waiting: look('Waiting', 'queued', 'neutral'),
  incomplete: look('Incomplete', 'warning', 'warning'),
  blocked: look('Blocked', 'failed', 'danger'),
} as const satisfies Record<Schema<'BindStatus'>, StatusLook>

/** Files that outlive units. */
const volume = {
  creating: look('Creating', 'running', 'info'),
  ready: look('Ready', 'ok', 'success', true),
  failed,
  deleting: look('Deleting', 'running', 'info'),
} as const satisfies Record<Schema<'VolumeStatus'>, StatusLook>

/** How the last run of a job went. */
const job = {
  new: look('Never run', 'never', 'neutral', true),
  running: look('Running', 'running', 'info'),
  succeeded: look('Succeeded', 'ok', 'success', true),
  failed,
  canceled,
  deleting: look('Deleting', 'running', 'info'),
} as const satisfies Record<Schema<'JobStatus'>, StatusLook>

/** One of its runs. */
const jobRun = {
  waiting: queued,
  running: look('Running', 'running', 'info'),
  succeeded: look('Succeeded', 'ok', 'success', true),
  failed,
  canceled,
  skipped: look('Skipped', 'minus', 'neutral', true),
} as const satisfies Record<Schema<'JobRunStatus'>, StatusLook>

/** What was ordered of a service: how the resource behind it is. */
const instance = {
  requested: look('Ordered', 'queued', 'neutral'),
  provisioned: look('Provisioned', 'ok', 'success', true),
  destroyed: look('Destroyed', 'never', 'neutral', true),
  changing: look('Changing', 'running', 'info'),
  leaving: look('Leaving', 'running', 'info'),
  hidden: look('Not for you', 'lock', 'neutral', true),
} as const satisfies Record<Schema<'ResourceState'> | 'changing' | 'leaving' | 'hidden', StatusLook>

/** A name that an app answers at besides its own. */
const domain = {
  proven: look('Proven', 'ok', 'success', true),
  unproven: look('Not proven', 'waiting', 'accent'),
} as const satisfies Record<string, StatusLook>

/** How its automatic certificate stands. */
const issuance = {
  none: look('Off', 'never', 'neutral', true),
  wanted: look('To be got', 'queued', 'neutral'),
  ordered: look('Being got', 'running', 'info'),
  issued: look('Got', 'ok', 'success', true),
  failed,
} as const satisfies Record<Schema<'AppDomainIssuanceStatus'>, StatusLook>

/** A change of what an app runs. */
const deploy = {
  running: look('Deploying', 'running', 'info'),
  deployed: look('Deployed', 'ok', 'success', true),
  failed,
  canceled,
} as const satisfies Record<Schema<'DeployStatus'>, StatusLook>

/** The code of a resource in a git workspace. */
const gitCode = {
  pending: look('Not there yet', 'queued', 'neutral'),
  proposed: look('On a branch', 'waiting', 'accent'),
  merged: look('Merged', 'ok', 'success', true),
  removed: look('Removed', 'never', 'neutral', true),
  blocked: look('Needs somebody', 'warning', 'warning'),
} as const satisfies Record<Schema<'GitStatus'>, StatusLook>

/** How far the bucket of a storage is. */
const storage = {
  creating: look('Creating', 'running', 'info'),
  ready: look('Ready', 'ok', 'success', true),
  failed,
  destroying: look('Destroying', 'running', 'info'),
  destroyed: look('Destroyed', 'never', 'neutral', true),
} as const satisfies Record<Schema<'StorageStatus'>, StatusLook>

/** How far a version of a template is published. */
const lifecycle = {
  preview: look('Preview', 'eye', 'info'),
  active: look('Active', 'ok', 'success', true),
  deprecated: look('Deprecated', 'warning', 'warning'),
  archived: look('Archived', 'never', 'neutral'),
} as const satisfies Record<Schema<'Lifecycle'>, StatusLook>

/** Every list by what it is about. */
export const statuses = { run, phase, runner, configuration, change, workspace, access, health, work, integration, repository, webhook, delivery, pullRequest, start, template, lifecycle, schedule, scheduled, approval, resource, resourceChange, workflow, workflowStep, executor, app, cluster, unit, bind, volume, job, jobRun, instance, domain, issuance, deploy, gitCode, storage } as const

/** What a status can be about. */
export type StatusKind = keyof typeof statuses

/** The words of one list. */
export type StatusWord<Kind extends StatusKind> = keyof (typeof statuses)[Kind] & string

/** How `value` is shown; a word that this console does not know yet is shown as it is. */
export function statusLook(kind: StatusKind, value: string): StatusLook {
  const known = (statuses[kind] as Record<string, StatusLook | undefined>)[value]
  return known ?? look(sentence(value), 'dot', 'neutral')
}

/** The status of a workspace, whose newest run has `latest`. */
export function workspaceStatus(latest: Schema<'RunStatus'> | null | undefined): StatusWord<'workspace'> {
  return latest ?? 'never'
}

function sentence(word: string): string {
  const text = word.replaceAll(/[-_]/g, ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
