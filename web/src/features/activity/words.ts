// Events in words: "dana confirmed run … in shop".
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { objectAddress, objectWord } from '@/lib/objects'
import { TOLD, toldOf } from './told'

type Event = ResourceOf<'Event'>['attributes']

/** A sentence around an object: who, what, the object, where. */
export interface Sentence {
  /** Before the object: `confirmed run`. */
  readonly verb: string
  /** Name of the object, and its page if it has one. */
  readonly object: string
  readonly to: string | null
  /** Where it is: the workspace of a run. */
  readonly place: { readonly name: string; readonly to: string } | null
  /** After the object: `failed`. */
  readonly end: string
  /** Nobody did it: the object comes first. */
  readonly isPassive: boolean
}

/** What the last part of an action is called where its own word does not do. */
const VERBS: Record<string, string> = {
  'run.created': 'started',
  'run.started': 'took',
  'run.cancel-requested': 'asked to cancel',
  'run.force-canceled': 'force-canceled',
  'run.commented': 'commented on',
  'run.approval-withdrawn': 'took back an approval or rejection of',
  'plan.downloaded': 'downloaded the',
  'organization-membership.invited': 'invited',
  'organization-membership.invited-again': 'sent a new invitation to',
  'organization-membership.accepted': 'joined',
  'organization-membership.removed': 'removed',
  'team.member-added': 'added somebody to',
  'team.member-removed': 'removed somebody from',
  'workspace.force-unlocked': 'forced the lock of',
  'user.signed-in': 'signed in:',
  'user.signed-out': 'signed out:',
  'user.sign-in-failed': 'could not sign in:',
  'user.password-changed': 'changed the password of',
  'user.password-reset-asked': 'asked for a new password for',
  'user.second-factor-enabled': 'set up the second factor of',
  'user.second-factor-disabled': 'turned off the second factor of',
  'user.recovery-codes-made': 'made recovery codes for',
  'user.sessions-revoked': 'ended the sessions of',
  'user.identity-linked': 'linked an identity to',
  'user.identity-removed': 'removed an identity from',
  'user.email-verified': 'verified the mail address of',
  'integration.authorization-begun': 'began to authorize',
  'repository.connected': 'connected',
  'resource-change.opened': 'asked for',
  'resource-change.canceled': 'took back',
  'resource-change.cancel-requested': 'asked to stop',
  'resource-change.approval-withdrawn': 'took back an approval of',
  'workflow.started': 'started',
  'workflow.canceled': 'stopped',
  'workflow.step-changed': 'changed a step of',
  'source-code-version.activated': 'published',
  'source-code-version.deprecated': 'advised against',
  'source-code-version.refreshed': 'took newer code for',
  'resource.ordered': 'ordered',
  'resource.output-revealed': 'looked at a secret output of',
  'resource.code-downloaded': 'downloaded the code of',
  'git-workspace.synchronized': 'had synchronized',
  'storage.checked': 'looked at the bucket of',
  'storage.repair-asked': 'had repaired',
  'storage.retried': 'had tried again',
  'storage.destroy-asked': 'asked to destroy the bucket of',
  'storage.forgotten': 'forgot, with its bucket left as it is,',
  'executor.run-started': 'ran',
  'executor.run-confirmed': 'confirmed the plan of',
  'executor.run-discarded': 'discarded the plan of',
  'executor.run-canceled': 'asked to cancel the run of',
  'executor.run-approved': 'approved the plan of',
  'executor.run-rejected': 'rejected the plan of',
  'executor.run-approval-withdrawn': 'took back an approval or rejection of the plan of',
  'executor.outputs-revealed': 'looked at secret outputs of',
  'app-quota.updated': 'changed the quota of',
  'app.scaled': 'scaled',
  'app.autoscale-set': 'had the cluster scale a process of',
  'app.autoscale-unset': 'ended the scaling by the cluster of a process of',
  'app.process-updated': 'changed what is said of a process of',
  'app.stopped': 'stopped',
  'app.started': 'started',
  'app.deleting': 'asked to delete',
  'app.env-changed': 'changed variables of',
  'app.bound': 'bound something to',
  'app.unbound': 'took a bind from',
  'app.volume-bound': 'bound a volume to',
  'app.volume-unbound': 'took a volume from',
  'volume.deleting': 'asked to delete',
  'service-instance.ordered': 'ordered from a service',
  'service-instance.leaving': 'asked to delete',
  'service-instance.staying': 'could not have destroyed',
  'app.source-uploaded': 'uploaded source of',
  'app.source-contents-uploaded': 'sent contents of source of',
  'app.domain-added': 'added a domain to',
  'app.domain-removed': 'removed a domain from',
  'app.certificate-uploaded': 'uploaded a certificate for',
  'app.certificate-removed': 'removed a certificate of',
  'app.push-passed': 'passed over a push for',
  'app.repository-connected': 'connected a repository to',
  'app.repository-disconnected': 'disconnected the repository of',
  'app.routing-changed': 'changed what the router takes for',
  'app.command-started': 'began a command in',
  'app.command-ended': 'ended a command in',
  'app.deploy-started': 'began to deploy',
  'app.deploy-cancel-requested': 'asked to cancel the deploy of',
  'job.deleting': 'asked to delete',
  'job.env-changed': 'changed variables of',
  'job.bound': 'bound something to',
  'job.unbound': 'took a bind from',
  'job.volume-bound': 'bound a volume to',
  'job.volume-unbound': 'took a volume from',
  'job.run-started': 'began a run of',
  'job.run-cancel-requested': 'asked to cancel a run of',
  'webhook.set': 'set the webhook of',
  'webhook.secret-rotated': 'rotated the webhook’s secret of',
  'site.backed-up': 'made a backup of the',
  'site.set-up-link-made': 'made a set-up link for the',
  'event.removed': 'removed old events of the',
  'data-key.old-removed': 'removed old data keys of',
  'token.exchanged': 'exchanged a token for',
  'audit.exported': 'exported the audit log of',
  'audit-webhook.secret-replaced': 'replaced the secret of',
  'data-key.resealed': 'sealed values again with',
}

/** Actions that happen to an object by themselves. */
const PASSIVE: Record<string, string> = {
  'run.errored': 'failed',
  'run.planned': 'is planned',
  'run.applied': 'is applied',
  'run.queued': 'was queued',
  'run.canceled': 'was canceled',
  'run.superseded': 'was superseded',
  'configuration-version.refused': 'was refused',
  'resource.stale': 'is not up to date any more',
  'git-workspace.proposed': 'has a branch with a change',
  'git-workspace.merged': 'has what a resource is',
  'git-workspace.blocked': 'needs somebody: the code of a resource does not get on',
  'storage.ready': 'has its bucket',
  'storage.repaired': 'is as it has to be again',
  'storage.destroyed': 'has no bucket any more',
  'storage.failed': 'needs somebody: what was asked for did not succeed',
  'resource-change.planned': 'is planned and waits',
  'resource-change.applied': 'is applied',
  'resource-change.failed': 'failed',
  'source-code-version.moved': 'is not what its tag or branch is on any more',
  'resource.applied': 'is as it was asked for',
  'resource.imported': 'has what was running already',
  'resource.import-undone': 'has nothing of what was brought along any more',
  'resource.destroyed': 'was destroyed',
  'integration.renewal-failed': 'could not be renewed',
  'integration.authorization-failed': 'was not allowed at the other side',
  'plan.changes-available': 'can be looked at',
  'schedule.failed': 'could not start anything',
  'workflow.succeeded': 'was carried out',
  'workflow.failed': 'stopped at a step that failed',
  'executor.run-ended': 'was run to the end',
  'app.domain-verified': 'answers at a domain that is proven',
  'app.domain-lost': 'does not answer at a domain any more: its owner proved it for somebody else',
  'app.certificate-issued': 'has a new certificate',
  'app.certificate-failed': 'got no certificate: the authority was not satisfied',
  'app.certificate-ending': 'has a certificate that ends soon',
  'app.deployed': 'was deployed: its new version takes the requests',
  'app.deploy-failed': 'was not deployed: it failed',
  'app.deploy-canceled': 'was not deployed: somebody canceled it',
  'app.binds-changed': 'has other values of what it is bound to',
  'job.binds-changed': 'has other values of what it is bound to',
  'app.deleted': 'is gone with everything of it',
  'job.run-succeeded': 'ran to the end',
  'job.run-failed': 'failed',
  'job.run-canceled': 'was canceled while it ran',
  'job.run-skipped': 'was due and did not run',
  'job.deleted': 'is gone with everything of it',
  'audit-webhook.disabled': 'was disabled: it failed for too long',
}

/** Last parts of actions that are verbs as they stand: `created workspace shop`. */
const PLAIN = new Set([
  'accepted', 'approved', 'archived', 'assigned', 'authorized', 'cleared', 'confirmed', 'created', 'deleted', 'denied', 'disabled', 'disconnected', 'discarded',
  'downloaded', 'dropped', 'enabled', 'kept', 'locked', 'paused', 'rejected', 'renewed', 'restored', 'resumed', 'retried', 'revoked', 'rotated', 'suspended', 'tested', 'unassigned',
  'unlocked', 'unsuspended', 'updated', 'uploaded',
])

/** Whether an action has a sentence that was written for it. */
export function isKnownAction(action: string): boolean {
  return action in VERBS || action in PASSIVE || TOLD.has(action) || PLAIN.has(action.split('.').at(-1) ?? action)
}

/** Kinds whose objects say what they are by themselves. */
const SELF_EVIDENT = new Set(['organization-membership', 'user', 'site'])

/** The sentence of one event. */
export function sentenceOf(event: Event, organization: string): Sentence {
  const { action, 'object-kind': kind, 'object-id': id, 'object-name': name } = event
  const told = toldOf(event, organization)
  if (told) return told
  const passive = PASSIVE[action]
  const verb = VERBS[action] ?? (action.split('.').at(-1) ?? action).replaceAll('-', ' ')
  // `plan of shop` says itself that it is a plan.
  const word = SELF_EVIDENT.has(kind) || name.startsWith(`${objectWord(kind)} `) ? '' : objectWord(kind)
  const run = kind === 'run' ? runOf(name, id, organization) : null
  // The object stands where the sentence begins.
  const isBegun = passive !== undefined && word === '' && name !== ''
  return {
    verb: passive !== undefined ? sentenceStart(word) : [verb, word].filter(Boolean).join(' '),
    object: run?.message ?? (isBegun ? sentenceStart(name) : name || nameless(action, kind, id)),
    to: run?.to ?? objectAddress(organization, kind, id, name),
    place: run?.place ?? null,
    end: passive ?? '',
    isPassive: passive !== undefined,
  }
}

/** Some objects have no name: what was joined, a token without a description. */
function nameless(action: string, kind: string, id: string): string {
  if (action === 'organization-membership.accepted') return 'the organization'
  return kind === 'token' ? 'without a description' : id
}

/** Runs are named `workspace · message`. */
function runOf(name: string, id: string, organization: string) {
  const [workspace, ...rest] = name.split(' · ')
  if (!workspace) return null
  return {
    message: rest.join(' · ') || id,
    to: addresses.run(organization, workspace, id),
    place: { name: workspace, to: addresses.workspace(organization, workspace) },
  }
}

function sentenceStart(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** Programs that work for the server have ids for names: their kind says more. */
export function actorName(event: Event): string {
  if (event['actor-kind'] === 'run' || event['actor-kind'] === 'runner') return 'a runner'
  if (event['actor-kind'] === 'system') return 'Slipway'
  return event['actor-name'] || event['actor-kind']
}
