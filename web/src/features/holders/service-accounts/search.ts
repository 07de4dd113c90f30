// What the list of service accounts has in its address.
import { parameter, type ParseSearch } from '@/lib/search'

interface ServiceAccountsSearch {
  readonly page: number | undefined
  readonly q: string | undefined
  /** The dialog for a new one is open. */
  readonly new: true | undefined
}

export const parseServiceAccounts: ParseSearch<ServiceAccountsSearch> = (raw) => ({
  page: parameter.page(raw['page']),
  q: parameter.text(raw['q']),
  new: parameter.flag(raw['new']),
})
