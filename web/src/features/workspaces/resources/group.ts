// The resources of a state in groups; pure.
import { partsOf, type AddressParts } from './address'

export type Grouping = 'module' | 'type'

/** A resource of a state, as the API has it. */
export interface StateResource {
  readonly address: string
  readonly provider: string
  readonly count: number
}

export interface Resource extends StateResource, AddressParts {}

export interface Group {
  readonly title: string
  readonly resources: readonly Resource[]
  readonly instances: number
}

/** Those with `sought` in the address or the provider. */
export function matching(resources: readonly StateResource[], sought: string): readonly Resource[] {
  const text = sought.trim().toLowerCase()
  const found = resources.filter(({ address, provider }) => `${address} ${provider}`.toLowerCase().includes(text))
  return found.map((resource) => ({ ...resource, ...partsOf(resource.address) }))
}

/** `r2` before `r10`. */
const inOrder = new Intl.Collator('en', { numeric: true })

/** By module, the top first; or by type, data sources last. */
export function grouped(resources: readonly Resource[], by: Grouping): readonly Group[] {
  const groups = new Map<string, Resource[]>()
  for (const resource of resources) {
    const title = by === 'module' ? resource.module : resource.isData ? `data.${resource.type}` : resource.type
    const group = groups.get(title)
    if (group) group.push(resource)
    else groups.set(title, [resource])
  }
  const sorted = [...groups].toSorted(([left], [right]) => inOrder.compare(left, right))
  return sorted.map(([title, members]) => ({
    title,
    resources: members.toSorted((left, right) => Number(left.isData) - Number(right.isData) || inOrder.compare(left.address, right.address)),
    instances: members.reduce((sum, { count, isData }) => sum + (isData ? 0 : count), 0),
  }))
}
