// What the page of forge accounts has in its address.
import { parameter, type ParseSearch } from '@/lib/search'

interface ForgeAccountsSearch {
  readonly page: number | undefined
  /** Whether the question for a new link is open. */
  readonly link: true | undefined
}

export const parseForgeAccounts: ParseSearch<ForgeAccountsSearch> = (raw) => ({
  page: parameter.page(raw['page']),
  link: parameter.flag(raw['link']),
})
