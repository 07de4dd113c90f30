// What the list of teams has in its address.
import { parameter, type ParseSearch } from '@/lib/search'

interface TeamsSearch {
  readonly page: number | undefined
  readonly q: string | undefined
  /** The dialog for a new one is open. */
  readonly new: true | undefined
}

export const parseTeams: ParseSearch<TeamsSearch> = (raw) => ({
  page: parameter.page(raw['page']),
  q: parameter.text(raw['q']),
  new: parameter.flag(raw['new']),
})
