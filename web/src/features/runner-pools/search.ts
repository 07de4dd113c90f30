// What the list of runner pools has in its address.
import { parameter, type ParseSearch } from '@/lib/search'

interface PoolsSearch {
  readonly page: number | undefined
  /** The dialog for a new one is open. */
  readonly new: true | undefined
}

export const parsePools: ParseSearch<PoolsSearch> = (raw) => ({
  page: parameter.page(raw['page']),
  new: parameter.flag(raw['new']),
})
