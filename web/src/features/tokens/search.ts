// What the pages of tokens have in their addresses.
import { parameter, type ParseSearch } from '@/lib/search'

export const KINDS = ['team', 'service-account', 'organization', 'runner-pool'] as const

interface TokensSearch {
  readonly page: number | undefined
  readonly kind: (typeof KINDS)[number] | undefined
  /** Only of this team, service account or runner pool. */
  readonly subject: string | undefined
  /** The dialog for a new one is open. */
  readonly new: true | undefined
}

export const parseTokens: ParseSearch<TokensSearch> = (raw) => ({
  page: parameter.page(raw['page']),
  kind: parameter.oneOf(raw['kind'], KINDS),
  subject: parameter.text(raw['subject']),
  new: parameter.flag(raw['new']),
})
