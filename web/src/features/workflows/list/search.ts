// What the list of workflows has in its address.
import { parameter, type ParseSearch } from '@/lib/search'
import type { Kind } from '../queries'
import { KINDS, STATUSES } from '../words'

interface ListSearch {
  readonly status: readonly (typeof STATUSES)[number][] | undefined
  readonly kind: Kind | undefined
  /** By id. */
  readonly project: string | undefined
  readonly page: number | undefined
}

export const parseWorkflows: ParseSearch<ListSearch> = (raw) => {
  const statuses = STATUSES.filter((status) => parameter.list(raw['status'])?.includes(status))
  return {
    status: statuses.length > 0 ? statuses : undefined,
    kind: parameter.oneOf(raw['kind'], Object.keys(KINDS) as Kind[]),
    project: parameter.text(raw['project']),
    page: parameter.page(raw['page']),
  }
}
