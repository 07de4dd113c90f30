// What the list of resources has in its address.
import { parameter, type ParseSearch } from '@/lib/search'

export const STATES = ['requested', 'provisioned', 'destroyed'] as const

interface ListSearch {
  readonly text: string | undefined
  /** By id. */
  readonly project: string | undefined
  /** By id. */
  readonly template: string | undefined
  /** By id. */
  readonly version: string | undefined
  readonly state: (typeof STATES)[number] | undefined
  readonly label: string | undefined
  readonly stale: 'true' | 'false' | undefined
  readonly sort: string | undefined
  readonly page: number | undefined
  /** The list unless it is said. */
  readonly view: 'picture' | undefined
}

export const parseResources: ParseSearch<ListSearch> = (raw) => ({
  text: parameter.text(raw['text']),
  project: parameter.text(raw['project']),
  template: parameter.text(raw['template']),
  version: parameter.text(raw['version']),
  state: parameter.oneOf(raw['state'], STATES),
  label: parameter.text(raw['label']),
  stale: parameter.oneOf(typeof raw['stale'] === 'boolean' ? String(raw['stale']) : raw['stale'], ['true', 'false'] as const),
  sort: parameter.text(raw['sort']),
  page: parameter.page(raw['page']),
  view: parameter.oneOf(raw['view'], ['picture']),
})
