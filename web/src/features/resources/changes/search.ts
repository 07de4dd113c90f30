// What the list of changes has in its address.
import { parameter, type ParseSearch } from '@/lib/search'

export const STATUSES = ['planning', 'waiting', 'applying', 'applied', 'failed', 'rejected', 'canceled'] as const

interface ChangesSearch {
  /** Only those that the caller may decide about. */
  readonly mine: 'decide' | undefined
  readonly status: (typeof STATUSES)[number] | undefined
  /** By id. */
  readonly project: string | undefined
  readonly page: number | undefined
}

export const parseAllChanges: ParseSearch<ChangesSearch> = (raw) => ({
  mine: parameter.oneOf(raw['mine'], ['decide']),
  status: parameter.oneOf(raw['status'], STATUSES),
  project: parameter.text(raw['project']),
  page: parameter.page(raw['page']),
})
