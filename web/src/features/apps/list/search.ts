// What the list of apps has in its address.
import { parameter, type ParseSearch } from '@/lib/search'
import { STATUSES } from '../words'

interface ListSearch {
  readonly text: string | undefined
  /** By id. */
  readonly project: string | undefined
  /** By id. */
  readonly pool: string | undefined
  readonly status: (typeof STATUSES)[number] | undefined
  readonly label: string | undefined
  readonly sort: string | undefined
  readonly page: number | undefined
}

export const parseApps: ParseSearch<ListSearch> = (raw) => ({
  text: parameter.text(raw['text']),
  project: parameter.text(raw['project']),
  pool: parameter.text(raw['pool']),
  status: parameter.oneOf(raw['status'], STATUSES),
  label: parameter.text(raw['label']),
  sort: parameter.text(raw['sort']),
  page: parameter.page(raw['page']),
})
