// What the lists of services have in their addresses.
import { parameter, type ParseSearch } from '@/lib/search'

interface ServicesSearch {
  readonly text: string | undefined
  readonly page: number | undefined
}

interface InstancesSearch extends ServicesSearch {
  /** By id. */
  readonly service: string | undefined
  /** By id. */
  readonly project: string | undefined
}

export const parseServices: ParseSearch<ServicesSearch> = (raw) => ({ text: parameter.text(raw['text']), page: parameter.page(raw['page']) })

export const parseInstances: ParseSearch<InstancesSearch> = (raw) => ({
  ...parseServices(raw),
  service: parameter.text(raw['service']),
  project: parameter.text(raw['project']),
})
