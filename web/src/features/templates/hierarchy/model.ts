// A template with what it stands on and what stands on it, as one graph, or as two trees of lines; pure.
import type { Schema } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { GraphLine, GraphNode } from '@/ui/graph'
import { long, short } from '../words'

type Tree = Schema<'TemplateTree'>
type Node = Schema<'TemplateNode'>
type Edge = Schema<'TemplateEdge'>

/** A picture with more is for nobody. */
export const MOST_DRAWN = 150

/** Both trees have the template itself, and may have others in common. */
export function graphOf(organization: string, parents: Tree, children: Tree): { nodes: readonly GraphNode[]; lines: readonly GraphLine[] } {
  const nodes = new Map([...parents.nodes, ...children.nodes].map((node) => [node.id, node]))
  const edges = new Map([...parents.edges, ...children.edges].map((edge) => [`${edge.child} ${edge.parent}`, edge]))
  const all = [...edges.values()]
  const current = parents.nodes[0]?.id
  return {
    nodes: [...nodes.values()].map((node) => ({
      id: node.id,
      title: node.name,
      detail: [node.key, node['is-abstract'] && 'group', node.status === 'disabled' && 'disabled'].filter(Boolean).join(' · '),
      icon: 'template',
      to: addresses.template(organization, node.id, 'hierarchy'),
      isCurrent: node.id === current,
      isDashed: node['is-abstract'],
      isOff: node.status === 'disabled',
      says: said(node, all, nodes),
    })),
    lines: all.map((edge) => ({ from: edge.parent, to: edge.child, label: short(edge), isDashed: Boolean(edge.group) })),
  }
}

function said(node: Node, edges: readonly Edge[], nodes: ReadonlyMap<string, Node>): string {
  const needs = edges.filter(({ child }) => child === node.id).map((edge) => `${nodes.get(edge.parent)?.name ?? edge.parent}, ${long(edge)}`)
  const users = edges.filter(({ parent }) => parent === node.id).map(({ child }) => nodes.get(child)?.name ?? child)
  return [
    node['is-abstract'] ? 'A group.' : '',
    needs.length > 0 ? `Stands on ${needs.join('; ')}.` : 'Stands on nothing.',
    users.length > 0 ? `Below ${users.join(', ')}.` : '',
  ]
    .filter(Boolean)
    .join(' ')
}

/** One line of a tree; what several ways lead to is drawn out where it comes first, and only named after that. */
export interface Branch {
  readonly node: Node
  /** How it stands to the line above; null for the first. */
  readonly edge: Edge | null
  readonly isRepeated: boolean
  readonly branches: readonly Branch[]
}

/** What hangs below the template itself. */
export function branchesOf(tree: Tree): readonly Branch[] {
  const nodes = new Map(tree.nodes.map((node) => [node.id, node]))
  const drawn = new Set<string>()
  const below = (id: string): readonly Branch[] => {
    const isUp = tree.direction === 'parents'
    return tree.edges
      .filter((edge) => (isUp ? edge.child : edge.parent) === id)
      .flatMap((edge) => {
        const node = nodes.get(isUp ? edge.parent : edge.child)
        if (!node) return []
        const isRepeated = drawn.has(node.id)
        drawn.add(node.id)
        return [{ node, edge, isRepeated, branches: isRepeated ? [] : below(node.id) }]
      })
  }
  const [first] = tree.nodes
  return first ? below(first.id) : []
}
