// A tree of resources as nested lists; what hangs on several is unfolded once. Pure.
import type { Tree, TreeNode } from '../queries'
import { grouped } from '../words'

export interface Branch {
  readonly node: TreeNode
  readonly branches: readonly Branch[]
  /** It stands with all of its own further up. */
  readonly isRepeated: boolean
}

/** What is next to the resource itself, with what is behind. */
export function branchesOf({ nodes, edges, direction }: Tree): readonly Branch[] {
  const [start] = nodes
  if (!start) return []
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const next = grouped(edges, ({ child, parent }) => (direction === 'parents' ? child : parent))
  const seen = new Set([start.id])
  const below = (id: string): readonly Branch[] =>
    (next.get(id) ?? []).flatMap(({ child, parent }) => {
      const node = byId.get(direction === 'parents' ? parent : child)
      if (!node) return []
      const isRepeated = seen.has(node.id)
      seen.add(node.id)
      return [{ node, isRepeated, branches: isRepeated ? [] : below(node.id) }]
    })
  return below(start.id)
}
