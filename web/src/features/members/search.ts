// What the list of members has in its address.
import { parameter, type ParseSearch } from '@/lib/search'

export const STATUSES = ['active', 'invited'] as const

interface MembersSearch {
  readonly page: number | undefined
  readonly status: (typeof STATUSES)[number] | undefined
  /** A part of a name or address. */
  readonly q: string | undefined
  /** The dialog for an invitation is open. */
  readonly invite: true | undefined
}

export const parseMembers: ParseSearch<MembersSearch> = (raw) => ({
  page: parameter.page(raw['page']),
  status: parameter.oneOf(raw['status'], STATUSES),
  q: parameter.text(raw['q']),
  invite: parameter.flag(raw['invite']),
})
