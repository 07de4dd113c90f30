// How an integration stands, in a word and a sentence.
import type { StatusWord } from '@/ui/status-list'
import type { Integration } from './values'

export interface Health {
  readonly status: StatusWord<'integration'>
  /** Why, where there is something to say. */
  readonly reason: string | null
}

const SOON_MS = 7 * 24 * 3_600_000
/** Ways in whose tokens are renewed before they expire. */
const RENEWED = new Set<unknown>(['oauth', 'app'])

/** What its switch, its last test, its renewal and the time say; the worst first. */
export function healthOf({ attributes }: Integration, now = Date.now()): Health {
  if (!attributes['is-enabled']) return { status: 'off', reason: 'Nothing uses it while it is off.' }
  if (attributes['needs-authorization']) return { status: 'authorize', reason: 'Somebody has to allow it in a browser first.' }
  if (attributes['renewal-error']) return { status: 'failed', reason: `It could not be renewed: ${attributes['renewal-error']}` }
  if (attributes['check-error']) return { status: 'failed', reason: attributes['check-error'] }
  const left = leftOf({ attributes }, now)
  if (left !== null && left <= 0) return { status: 'failed', reason: 'What it holds has expired. Give it something newer below.' }
  const missing = attributes['missing-rights']
  if (missing.length > 0) return { status: 'warning', reason: `It lacks ${missing.map(({ right }) => right).join(', ')}.` }
  if (left !== null && left < SOON_MS) return { status: 'warning', reason: 'What it holds expires within a week. Give it something newer below.' }
  if (!attributes['checked-at']) return { status: 'untested', reason: null }
  return { status: 'ok', reason: null }
}

/** How long what it holds still counts; null where that is not known, or renewed by itself. */
function leftOf({ attributes }: Pick<Integration, 'attributes'>, now: number): number | null {
  const expires = attributes['expires-at']
  return expires && !RENEWED.has(attributes.settings['method']) ? Date.parse(expires) - now : null
}
