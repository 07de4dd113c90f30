// What the list of executors has in its address.
import { parameter, type ParseSearch } from '@/lib/search'
import { STATUSES } from '../words'

interface ListSearch {
  readonly text: string | undefined
  /** By id. */
  readonly project: string | undefined
  readonly status: (typeof STATUSES)[number] | undefined
  readonly enabled: 'true' | 'false' | undefined
  readonly label: string | undefined
  readonly sort: string | undefined
  readonly page: number | undefined
}

export const parseExecutors: ParseSearch<ListSearch> = (raw) => ({
  text: parameter.text(raw['text']),
  project: parameter.text(raw['project']),
  status: parameter.oneOf(raw['status'], STATUSES),
  enabled: parameter.oneOf(typeof raw['enabled'] === 'boolean' ? String(raw['enabled']) : raw['enabled'], ['true', 'false'] as const),
  label: parameter.text(raw['label']),
  sort: parameter.text(raw['sort']),
  page: parameter.page(raw['page']),
})
