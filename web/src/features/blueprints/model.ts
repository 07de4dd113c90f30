// A blueprint as a graph: what is asked, what is chosen, what is made, and where values go; pure.
import type { GraphLine, GraphNode } from '@/ui/graph'
import type { Blueprint, Wire } from './queries'

type Described = Pick<Blueprint['attributes'], 'constants' | 'externals' | 'parts' | 'wires'>

/** Constants have names of their own, which parts may have, too. */
export const constantNode = (name: string) => `constant ${name}`

/** Where a wire begins, as the graph calls it. */
function sourceOf({ from }: Wire): string {
  return from.constant ? constantNode(from.constant) : (from.part ?? from.external ?? '')
}

/** `network_id → network`, `size`. */
export function wireWords({ from, to }: Wire): string {
  return from.constant ? to.variable : from.output === to.variable ? to.variable : `${from.output ?? ''} → ${to.variable}`
}

/** Where the value of a variable comes from: `net.network_id`, `the constant size`. */
export function originWords({ from }: Wire): string {
  return from.constant ? `the constant ${from.constant}` : `${from.part ?? from.external ?? ''}.${from.output ?? ''}`
}

/** `addressOf` is where one of it is looked at; `chosen` is what the page shows. */
export function graphOf(described: Described, addressOf: (node: string) => string, chosen = ''): { nodes: readonly GraphNode[]; lines: readonly GraphLine[] } {
  const { constants, externals, parts, wires } = described
  const nodes: GraphNode[] = [
    ...constants.map(({ name, description, default: value }) => ({
      id: constantNode(name),
      title: name,
      detail: value === undefined || value === null ? 'asked for' : `asked for · ${valueWords(value)}`,
      icon: 'variables' as const,
      isDashed: true,
      says: ['A value that is asked for.', description].filter(Boolean).join(' '),
    })),
    ...externals.map(({ name, template, description }) => ({
      id: name,
      title: name,
      detail: `${template} · chosen`,
      icon: 'resource' as const,
      isDashed: true,
      says: [`A ${template} that is there and is chosen.`, description].filter(Boolean).join(' '),
    })),
    ...parts.map(({ name, template, 'stands-on': on = [], description }) => ({
      id: name,
      title: name,
      detail: template,
      icon: 'template' as const,
      says: [`A ${template} that is made.`, on.length > 0 ? `Stands on ${on.join(', ')}.` : '', description].filter(Boolean).join(' '),
    })),
  ].map((node) => ({ ...node, to: addressOf(node.id), isCurrent: node.id === chosen }))
  const known = new Set(nodes.map(({ id }) => id))
  const between = new Map<string, { from: string; to: string; wires: Wire[] }>()
  const join = (from: string, to: string) => {
    const key = `${from}\n${to}`
    const found = between.get(key) ?? { from, to, wires: [] }
    between.set(key, found)
    return found
  }
  for (const wire of wires) join(sourceOf(wire), wire.to.part).wires.push(wire)
  for (const part of parts) for (const below of part['stands-on'] ?? []) join(below, part.name)
  const lines = [...between.values()]
    .filter(({ from, to }) => known.has(from) && known.has(to))
    .map(({ from, to, wires: all }): GraphLine => {
      const [first] = all
      // A line without a value: it only stands on it.
      return { from, to, isDashed: all.length === 0, ...(first && { label: all.length === 1 ? wireWords(first) : `${all.length} values` }) }
    })
  return { nodes, lines }
}

/** A value, short. */
export function valueWords(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 24 ? `${text.slice(0, 23)}…` : text
}
