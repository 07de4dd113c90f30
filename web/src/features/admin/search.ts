// What the lists of the site's administration have in their addresses.
import { parameter, type ParseSearch } from '@/lib/search'

interface AdminSearch {
  readonly page: number | undefined
  readonly q: string | undefined
  /** The dialog for a new one is open. */
  readonly new: true | undefined
}

export const parseAdmin: ParseSearch<AdminSearch> = (raw) => ({
  page: parameter.page(raw['page']),
  q: parameter.text(raw['q']),
  new: parameter.flag(raw['new']),
})
