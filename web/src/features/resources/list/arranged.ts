// Resources as nodes and lines; pure.
import { related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { GraphLine, GraphNode } from '@/ui/graph'
import { statusLook } from '@/ui/status-list'
import type { Resource } from '../queries'
import { statusOf } from '../words'

/** A picture with more is for nobody. */
export const MOST_DRAWN = 150

/** Without what is destroyed; what carries others stands left of them. */
export function pictureOf(organization: string, rows: readonly Resource[]): { nodes: readonly GraphNode[]; lines: readonly GraphLine[] } {
  const here = rows.filter(({ attributes }) => attributes.state !== 'destroyed')
  const names = new Map(here.map(({ id, attributes }) => [id, attributes.name]))
  const nodes = here.map((resource): GraphNode => {
    const { id, attributes } = resource
    const { word, icon, tone, isCalm } = statusLook('resource', statusOf(attributes))
    const isOpen = related(resource, 'change') !== ''
    const below = attributes.parents.flatMap((parent) => names.get(parent) ?? [])
    return {
      id,
      title: attributes.name,
      detail: isCalm ? attributes.template : `${attributes.template}, ${word.toLowerCase()}`,
      icon: isCalm ? 'resource' : icon,
      ...(!isCalm && { tone }),
      to: addresses.resource(organization, id),
      isDashed: attributes.state === 'requested',
      says: [`${word}.`, isOpen ? 'A change is open.' : '', below.length > 0 ? `It stands on ${below.join(', ')}.` : ''].filter(Boolean).join(' '),
    }
  })
  const lines = here.flatMap(({ id, attributes }) => attributes.parents.filter((parent) => names.has(parent)).map((from) => ({ from, to: id })))
  return { nodes, lines }
}
