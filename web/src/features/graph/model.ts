// Objects and what is between them, as the picture takes them; pure.
import type { Schema } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { objectIcon, objectWord } from '@/lib/objects'
import type { GraphLine, GraphNode } from '@/ui/graph'
import { statusLook, type StatusKind, statuses } from '@/ui/status-list'

export type Node = Schema<'GraphNode'>
export type Edge = Schema<'GraphEdge'>
export type Impact = Schema<'Impact'>

/** A picture with more is for nobody. */
export const MOST_DRAWN = 150

/** Kinds whose statuses have words of their own. */
const STATUS_KINDS: Readonly<Record<string, StatusKind>> = { workspace: 'workspace', resource: 'resource', app: 'app', job: 'job', volume: 'volume', 'service-instance': 'instance', executor: 'executor', storage: 'storage' }

/** How an object is, in a word; null where nothing is known of it. */
export function standing({ kind, status }: Pick<Node, 'kind' | 'status'>) {
  const list = STATUS_KINDS[kind]
  if (status === '') return null
  return list && status in statuses[list] ? statusLook(list, status) : { word: status, icon: 'dot' as const, tone: 'neutral' as const, isCalm: true }
}

/** What something stands on is left of it. Objects alone are left out where they are many. */
export function pictureOf(organization: string, nodes: readonly Node[], edges: readonly Edge[], current = ''): { nodes: readonly GraphNode[]; lines: readonly GraphLine[] } {
  const names = new Map(nodes.map(({ id, name }) => [id, name]))
  return {
    nodes: nodes.map((node): GraphNode => {
      const look = standing(node)
      const on = edges.filter(({ from }) => from === node.id)
      const below = edges.filter(({ to }) => to === node.id)
      return {
        id: node.id,
        title: node.name,
        detail: look ? `${objectWord(node.kind)}, ${look.word.toLowerCase()}` : objectWord(node.kind),
        icon: objectIcon(node.kind),
        ...(look && !look.isCalm && { tone: look.tone }),
        to: addresses.impact(organization, node.id),
        isCurrent: node.id === current,
        says: [
          on.length > 0 ? `Depends on ${on.map(({ to, why }) => `${names.get(to) ?? to} (${why})`).join(', ')}.` : '',
          below.length > 0 ? `${counted(below.length, 'object depends', 'objects depend')} on it.` : '',
        ]
          .filter(Boolean)
          .join(' '),
      }
    }),
    lines: edges.map(({ from, to, why }) => ({ from: to, to: from, isDashed: why === 'bind' })),
  }
}

/** Without what nothing is between and something else. */
export function joined(nodes: readonly Node[], edges: readonly Edge[]): readonly Node[] {
  const named = new Set(edges.flatMap(({ from, to }) => [from, to]))
  return nodes.filter(({ id }) => named.has(id))
}

/** An object with all that depends on it, as nodes and lines. */
export function impactAsGraph({ object, affected }: Impact): { nodes: readonly Node[]; edges: readonly Edge[] } {
  return { nodes: [object, ...affected], edges: affected.flatMap(({ id, because }) => because.map(({ on, why }) => ({ from: id, to: on, why }))) }
}
