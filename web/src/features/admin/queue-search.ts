// What the list of work items has in its address.
import { parameter, type ParseSearch } from '@/lib/search'

/** Where a work item can stand, as the API has it. */
export const STATES = ['queued', 'leased', 'lost', 'dead', 'done'] as const
export type WorkState = (typeof STATES)[number]

export interface QueueSearch {
  /** Any of these; all but what is done without it. */
  readonly state: readonly WorkState[] | undefined
  readonly kind: string | undefined
  /** `server`, or a runner pool's id. */
  readonly pool: string | undefined
  readonly page: number | undefined
}

/** The whole queue again. */
export const NO_FILTER: QueueSearch = { state: undefined, kind: undefined, pool: undefined, page: undefined }

export const parseQueue: ParseSearch<QueueSearch> = (raw) => {
  const states = parameter.list(raw['state'])?.filter(isState)
  return {
    state: states && states.length > 0 ? states : undefined,
    kind: parameter.text(raw['kind']),
    pool: parameter.text(raw['pool']),
    page: parameter.page(raw['page']),
  }
}

function isState(word: string): word is WorkState {
  return (STATES as readonly string[]).includes(word)
}
