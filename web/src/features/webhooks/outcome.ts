// What came of a delivery, in words where the server says nothing of it; pure.
import type { Schema } from '@/api/query'

const DONE: Readonly<Record<string, string>> = {
  push: 'Fetched and announced.',
  'pull-request': 'Announced.',
  comment: 'Its command was announced.',
  release: 'Announced.',
  renamed: 'The repository was looked at.',
  deleted: 'The repository was looked at.',
  ping: 'A greeting of the forge.',
}

interface Outcome {
  readonly text: string
  /** The server's own words: they say more. */
  readonly isTold: boolean
}

export function outcomeOf({ event, state, note }: Pick<Schema<'WebhookDelivery'>, 'event' | 'state' | 'note'>): Outcome {
  if (note) return { text: note, isTold: true }
  if (state === 'received') return { text: 'It waits to be handled.', isTold: false }
  if (state === 'ignored') return { text: event === 'comment' ? 'No command for Slipway.' : 'Nothing here listens to it.', isTold: false }
  return { text: (state === 'handled' && DONE[event]) || '', isTold: false }
}
