// Work items in words: what each kind does, and what comes of trying it again or dropping it.
import type { ResourceOf } from '@/api/query'

export type WorkItem = ResourceOf<'WorkItem'>

interface Kind {
  readonly title: string
  /** What is missing for ever when it is dropped. */
  readonly dropped: string
  /** What to look at before it is tried again. */
  readonly retried?: string
}

export const KINDS: Readonly<Record<string, Kind>> = {
  'run.plan': { title: 'Plan of a run', dropped: 'Its run does not end by this: cancel it on its own page.' },
  'run.apply': {
    title: 'Apply of a run',
    dropped: 'Its run does not end by this: cancel it on its own page.',
    retried: 'The last attempt may have changed something already: look at the log of the run first.',
  },
  'kernel.mail': {
    title: 'Mail',
    dropped: 'The mail is never sent, and whoever waits for it is not told. A link that was in it has to be made anew.',
    retried: 'What the mail says may be out of date by now.',
  },
  'infra.seal-logs': {
    title: 'Log of a run to the object store',
    dropped: 'The log is not moved to the object store.',
  },
}

/** What an item does, in words; its kind where this console knows none. */
export function titleOf({ attributes }: WorkItem): string {
  return KINDS[attributes.kind]?.title ?? attributes.kind
}

/** The name of the organization that it is of; null for what is the site's. */
export function organizationOf({ relationships }: WorkItem): string | null {
  const linked = relationships?.['organization']?.data
  return linked && !Array.isArray(linked) ? (linked as { id: string }).id : null
}

/** The run that it is about, or null. Phases of runs are named after them: `plan-` and `apply-` with the same end. */
export function runOf({ attributes: { subject } }: WorkItem): string | null {
  return /^(?:run|plan|apply)-[0-9a-z]{16}$/.test(subject) ? subject.replace(/^[a-z]+-/, 'run-') : null
}

export function whenDropped({ attributes }: WorkItem): string {
  return KINDS[attributes.kind]?.dropped ?? 'What it should have done stays undone, and nothing else does it.'
}

export function whenRetried({ attributes }: WorkItem): string | null {
  return KINDS[attributes.kind]?.retried ?? null
}

/** Why nobody can try an item again or drop it now, or null. */
export function whyNotDecided({ attributes }: WorkItem): string | null {
  if (attributes['is-retryable']) return null
  switch (attributes.state) {
    case 'lost':
      return 'What was lost is decided where it belongs: a run on its own page.'
    case 'done':
      return 'It has ended.'
    default:
      return 'It goes on by itself. Only what failed too often waits for somebody.'
  }
}
