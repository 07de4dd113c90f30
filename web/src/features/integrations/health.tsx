// How an integration stands, in a word and a sentence.
import type { StatusWord } from '@/ui/status-list'
import type { Integration } from './values'

export interface Health {
  readonly status: StatusWord<'integration'>
  /** Why, where there is something to say. */
  readonly reason: string | null
}

/** What its switch, its last test and its renewal say; the worst first. */
export function healthOf({ attributes }: Integration): Health {
  if (!attributes['is-enabled']) return { status: 'off', reason: 'Nothing uses it while it is off.' }
  if (attributes['needs-authorization']) return { status: 'authorize', reason: 'Somebody has to allow it in a browser first.' }
  if (attributes['renewal-error']) return { status: 'failed', reason: `It could not be renewed: ${attributes['renewal-error']}` }
  if (attributes['check-error']) return { status: 'failed', reason: attributes['check-error'] }
  const missing = attributes['missing-rights']
  if (missing.length > 0) return { status: 'warning', reason: `It lacks ${missing.map(({ right }) => right).join(', ')}.` }
  if (!attributes['checked-at']) return { status: 'untested', reason: null }
  return { status: 'ok', reason: null }
}
