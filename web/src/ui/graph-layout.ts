// Where the nodes and lines of a graph go: in columns from left to right, so that lines cross as little as they can; pure.
import { Graph, layout } from '@dagrejs/dagre'

export const NODE_WIDTH = 168
export const NODE_HEIGHT = 48
const MARGIN = 24
const LETTER_WIDTH = 6.6
const LABEL_HEIGHT = 18

export interface Line {
  readonly from: string
  readonly to: string
  readonly label?: string
}

interface Point {
  readonly x: number
  readonly y: number
}

export interface Arrangement {
  readonly width: number
  readonly height: number
  /** The middle of each node. */
  readonly places: ReadonlyMap<string, Point>
  /** In the order of the lines: an SVG path, and the middle of the label. */
  readonly lines: readonly { readonly path: string; readonly label: Point | null }[]
}

/** `from` stands left of `to`. Lines to nodes that are not there are left out by the caller. */
export function arranged(nodes: readonly string[], lines: readonly Line[]): Arrangement {
  const graph = new Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'LR', nodesep: 24, edgesep: 16, ranksep: 40, marginx: MARGIN, marginy: MARGIN })
  for (const node of nodes) graph.setNode(node, { width: NODE_WIDTH, height: NODE_HEIGHT })
  lines.forEach(({ from, to, label = '' }, at) => {
    graph.setEdge(from, to, { width: label === '' ? 0 : Math.ceil(shortLabel(label).length * LETTER_WIDTH) + 10, height: LABEL_HEIGHT, labelpos: 'c' }, String(at))
  })
  layout(graph)
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  return {
    width,
    height,
    places: new Map(nodes.map((node) => [node, pointOf(graph.node(node))])),
    lines: lines.map(({ from, to, label }, at) => {
      const edge = graph.edge(from, to, String(at)) as { points?: readonly Point[]; x?: number; y?: number }
      return { path: pathOf(edge.points ?? []), label: label && edge.x !== undefined && edge.y !== undefined ? pointOf(edge) : null }
    }),
  }
}

/** Letters of a label: what is longer would push the nodes out of sight. All of it stands in the list. */
const LABEL_LENGTH = 24

export function shortLabel(label = ''): string {
  return label.length > LABEL_LENGTH ? `${label.slice(0, LABEL_LENGTH - 1)}…` : label
}

function pointOf(at: { x?: number; y?: number }): Point {
  return { x: at.x ?? 0, y: at.y ?? 0 }
}

/** Round at every point but the first and the last. */
function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points
  const last = rest.at(-1)
  if (!first || !last) return ''
  const bends = rest.slice(0, -1).map((point, at) => {
    const next = rest[at + 1] ?? last
    return `Q${round(point.x)} ${round(point.y)} ${round((point.x + next.x) / 2)} ${round((point.y + next.y) / 2)}`
  })
  return `M${round(first.x)} ${round(first.y)}${bends.join('')}L${round(last.x)} ${round(last.y)}`
}

const round = (value: number) => Math.round(value * 10) / 10
