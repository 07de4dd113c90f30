// What the page that starts a run has in its address.
import { parameter, type ParseSearch } from '@/lib/search'

export interface StartSearch {
  /** The run shall destroy everything; it is chosen, not started. */
  readonly destroy?: true
}

export const parseStartSearch: ParseSearch<StartSearch> = (raw) => {
  const destroy = parameter.flag(raw['destroy'])
  return destroy ? { destroy } : {}
}
