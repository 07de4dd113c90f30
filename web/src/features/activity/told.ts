// Events whose sentence stands in what changed: what a forge told, whom something was given to.
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { objectAddress } from '@/lib/objects'
import { counted } from '@/lib/numbers'
import type { Sentence } from './words'

type Event = ResourceOf<'Event'>['attributes']
type Tell = (event: Event, organization: string) => Sentence

const TELLS: Readonly<Record<string, Tell>> = {
  'repository.pushed': pushed,
  'repository.renamed': (event, organization) => {
    const before = pairOf(event, 'full-name')[0]
    return ofRepository(event, organization, before ? `has another name; it was ${before}` : 'has another name')
  },
  'repository.gone': (event, organization) => ofRepository(event, organization, 'is gone at the forge'),
  'repository.unreadable': (event, organization) => ofRepository(event, organization, 'cannot be read'),
  'pull-request.changed': changedRequest,
  'pull-request.commented': (event, organization) => {
    const { number, command } = event.changes as { number?: unknown; command?: unknown }
    return inRepository(event, organization, 'Pull request', `#${String(number ?? '?')}`, `got the comment ${textOf(command) || 'of a command'}${by(event, 'author')}`)
  },
  'pull-request.allowed': (event, organization) => does(event, organization, `let pull request ${numbered(event)} of a fork be planned in repository`),
  'pull-request.planned': (event, organization) => does(event, organization, `had pull request ${numbered(event)} planned again in repository`),
  'pull-request.answered': (event, organization) => {
    const { number, title, outcome } = event.changes as { number?: number; title?: unknown; outcome?: string }
    return inRepository(event, organization, 'Pull request', `#${number ?? '?'} ${textOf(title)}`.trim(), OUTCOMES[outcome ?? ''] ?? 'was looked at')
  },
  'release.published': (event, organization) => {
    const { tag } = event.changes as { tag?: unknown }
    return inRepository(event, organization, 'Release', textOf(tag) || 'without a tag', `was published${by(event)}`)
  },
  'webhook.redelivered': (event, organization) => {
    const { event: what } = event.changes as { event?: unknown }
    return does(event, organization, `had a ${textOf(what).replaceAll('-', ' ') || 'delivery'} handled again: repository`)
  },
  'trigger.created': (event, organization) => ofTrigger(event, organization, 'added a trigger to workspace'),
  'trigger.updated': (event, organization) => ofTrigger(event, organization, 'changed a trigger of workspace'),
  'trigger.deleted': (event, organization) => ofTrigger(event, organization, 'removed a trigger from workspace'),
  'integration.assigned': (event, organization) => does(event, organization, 'gave integration', `to the runs of ${given(event)}`),
  'integration.unassigned': (event, organization) => does(event, organization, 'took integration', `from the runs of ${given(event)}`),
  'integration.tested': (event, organization) => {
    const { error } = event.changes as { error?: unknown }
    return does(event, organization, 'tested integration', error ? 'in vain' : '')
  },
  'workspace.ssh-key-chosen': (event, organization) => {
    const { name } = event.changes as { name?: unknown }
    const key = textOf(name)
    const sentence = does(event, organization, key ? `gave the SSH key ${key} to workspace` : 'took the SSH key from workspace')
    return { ...sentence, to: addresses.workspace(organization, event['object-name'], 'version-control') }
  },
  'user.forge-account-linked': (event, organization) => does(event, organization, `linked ${account(event)} to`),
  'user.forge-account-unlinked': (event, organization) => does(event, organization, `unlinked ${account(event)} from`),
  'user.forge-account-proved': (event, organization) => does(event, organization, `showed to be ${account(event)}:`),
  'role-assignment.created': (event, organization) => ofRole(event, organization, 'gave the role'),
  'role-assignment.deleted': (event, organization) => ofRole(event, organization, 'took the role'),
  'role-assignment.updated': (event, organization) => ofRole(event, organization, 'changed the role'),
}

function numbered(event: Event): string {
  const { number } = event.changes as { number?: unknown }
  return `#${String(number ?? '?')}`
}

/** Actions that have a sentence here. */
export const TOLD: ReadonlySet<string> = new Set(Object.keys(TELLS))

/** The sentence of an event that says itself what happened; null for all others. */
export function toldOf(event: Event, organization: string): Sentence | null {
  return TELLS[event.action]?.(event, organization) ?? null
}

function does(event: Event, organization: string, verb: string, end = ''): Sentence {
  const { 'object-kind': kind, 'object-id': id, 'object-name': name } = event
  return { verb, object: name || id, to: objectAddress(organization, kind, id, name), place: null, end, isPassive: false }
}

/** A repository is what it happened to: nobody here did it. */
function ofRepository(event: Event, organization: string, end: string): Sentence {
  return { ...does(event, organization, 'Repository', end), isPassive: true }
}

/** Something at the forge, in a repository. */
function inRepository(event: Event, organization: string, verb: string, object: string, end: string): Sentence {
  const { 'object-id': id, 'object-name': name } = event
  return {
    verb,
    object,
    to: verb === 'Pull request' ? addresses.repository(organization, id, 'pull-requests') : null,
    place: { name, to: addresses.repository(organization, id) },
    end,
    isPassive: true,
  }
}

function pushed(event: Event, organization: string): Sentence {
  const { updates } = event.changes as { updates?: readonly { ref?: string; before?: string | null; after?: string | null; forced?: boolean }[] }
  const [first] = updates ?? []
  const more = (updates?.length ?? 0) - 1
  if (!first) return ofRepository(event, organization, `was pushed to${by(event)}`)
  const name = (first.ref ?? '').replace(/^refs\/(heads|tags)\//, '')
  const what = first.ref?.startsWith('refs/tags/') ? 'tag' : 'branch'
  const moved = first.after ? (first.before ? (first.forced ? `was forced to ${first.after.slice(0, 8)}` : `moved to ${first.after.slice(0, 8)}`) : 'is new') : 'is gone'
  const beside = more > 0 ? ` and ${counted(more, 'more ref')}` : ''
  return ofRepository(event, organization, `was pushed to${by(event)}: the ${what} ${name} ${moved}${beside}`)
}

const OUTCOMES: Record<string, string> = {
  planned: 'is planned',
  'not-concerned': 'concerns no workspace',
  'waiting-for-allow': 'comes from a fork and waits for somebody to allow it',
  conflicts: 'cannot be merged',
  ended: 'has ended, with all that waited for it',
}
const STANDS: Record<string, string> = { closed: 'was closed', merged: 'was merged' }

function changedRequest(event: Event, organization: string): Sentence {
  const { 'pull-request': request } = event.changes as {
    'pull-request'?: { number?: number; title?: string; state?: string; 'is-draft'?: boolean; 'is-fork'?: boolean }
  }
  const end = `${STANDS[request?.state ?? ''] ?? 'was updated'}${by(event)}${request?.['is-draft'] ? ', as a draft' : ''}`
  return inRepository(event, organization, 'Pull request', `#${request?.number ?? '?'} ${request?.title ?? ''}`.trim(), end)
}

/** Triggers have no name: the event carries the workspace's. */
function ofTrigger(event: Event, organization: string, verb: string): Sentence {
  const name = event['object-name']
  return { verb, object: name, to: addresses.workspace(organization, name, 'version-control'), place: null, end: '', isPassive: false }
}

/** An assignment is known by its role; whom and where it is for are ids, in the details. */
function ofRole(event: Event, organization: string, verb: string): Sentence {
  const { role } = event.changes as { role?: unknown }
  const sentence = does(event, organization, textOf(role) ? verb : `${verb} of`)
  return { ...sentence, object: textOf(role) || sentence.object }
}

/** Who it was at the forge: a login there, which need not be anybody here. */
function by(event: Event, field: 'sender' | 'author' = 'sender'): string {
  const who = (event.changes as Record<string, { login?: unknown } | null | undefined>)[field]
  const login = textOf(who?.login)
  return login ? ` by ${login}` : ''
}

function account(event: Event): string {
  const { host, login } = event.changes as { host?: unknown; login?: unknown }
  return textOf(login) && textOf(host) ? `${textOf(login)} at ${textOf(host)}` : 'an account at a forge'
}

function given(event: Event): string {
  const { name } = event.changes as { name?: unknown }
  return textOf(name) || 'something'
}

function pairOf(event: Event, field: string): readonly string[] {
  const pair = (event.changes as Record<string, unknown>)[field]
  return Array.isArray(pair) ? pair.map(textOf) : []
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
