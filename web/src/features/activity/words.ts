// Events in words: "dana confirmed run … in shop".
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { objectAddress, objectWord } from '@/lib/objects'

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
  'plan.changes-available': 'can be looked at',
  'audit-webhook.disabled': 'was disabled: it failed for too long',
}

/** Kinds whose objects say what they are by themselves. */
const SELF_EVIDENT = new Set(['organization-membership', 'user', 'site'])

/** The sentence of one event. */
export function sentenceOf(event: Event, organization: string): Sentence {
  const { action, 'object-kind': kind, 'object-id': id, 'object-name': name } = event
  const passive = PASSIVE[action]
  const verb = VERBS[action] ?? (action.split('.').at(-1) ?? action).replaceAll('-', ' ')
  // `plan of shop` says itself that it is a plan.
  const word = SELF_EVIDENT.has(kind) || name.startsWith(`${objectWord(kind)} `) ? '' : objectWord(kind)
  const run = kind === 'run' ? runOf(name, id, organization) : null
  const given = kind === 'role-assignment' ? roleOf(event) : null
  // The object stands where the sentence begins.
  const isBegun = passive !== undefined && word === '' && name !== ''
  if (given) return given(objectAddress(organization, kind, id, name))
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

const GIVEN: Record<string, string> = {
  'role-assignment.created': 'gave the role',
  'role-assignment.deleted': 'took the role',
  'role-assignment.updated': 'changed the role',
}

/** An assignment is known by its role; whom and where it is for are ids, in the details. */
function roleOf(event: Event): ((to: string | null) => Sentence) | null {
  const { role } = event.changes as { role?: unknown }
  const verb = GIVEN[event.action]
  if (typeof role !== 'string' || verb === undefined) return null
  return (to) => ({ verb, object: role, to, place: null, end: '', isPassive: false })
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
