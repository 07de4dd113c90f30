// Things and what they stand on, as a picture: every node is a link, and the arrow keys follow the lines.
import { Link } from '@tanstack/react-router'
import { type KeyboardEvent, type PointerEvent, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { IconButton } from './button'
import { classes } from './classes'
import { arranged, type Arrangement, type Line, NODE_HEIGHT, NODE_WIDTH, shortLabel } from './graph-layout'
import { Icon, type IconName, type Tone } from './icon'
import styles from './graph.module.css'

export interface GraphNode {
  readonly id: string
  readonly title: string
  /** Below the title, small. */
  readonly detail: string
  readonly icon: IconName
  /** Of the icon, where it is a status; grey without it. */
  readonly tone?: Tone
  readonly to: string
  /** The one that the page is about. */
  readonly isCurrent?: boolean
  /** A dashed frame: not a thing itself. */
  readonly isDashed?: boolean
  /** Grey: what does nothing now. */
  readonly isOff?: boolean
  /** All that the lines say of it, for who cannot see them. */
  readonly says: string
}

export interface GraphLine extends Line {
  readonly isDashed?: boolean
}

interface GraphProps {
  label: string
  nodes: readonly GraphNode[]
  lines: readonly GraphLine[]
}

const ZOOMS = [0.5, 0.75, 1, 1.25] as const
/** The place of the smallest of them that it begins with: smaller is not read any more. */
const SMALLEST = 1

/** In columns from left to right. Show the same as a list beside it, for who reads better than he looks. */
export function Graph({ label, nodes, lines }: GraphProps) {
  const [zoom, setZoom] = useState(2)
  const canvas = useRef<HTMLDivElement>(null)
  const arrangement = useMemo(() => arranged(nodes.map(({ id }) => id), lines), [nodes, lines])
  const current = nodes.find(({ isCurrent }) => isCurrent)?.id ?? ''
  useEffect(() => centre(canvas.current, current), [current])
  // Before it is seen: a little smaller where all of it fits then, as it is where one has to move about anyway.
  useLayoutEffect(() => {
    const fits = fitting(canvas.current, arrangement.width)
    if (fits >= SMALLEST) setZoom((now) => Math.min(now, fits))
  }, [arrangement])
  const scale = ZOOMS[zoom] ?? 1
  const { width, height } = arrangement
  const move = (event: KeyboardEvent) => {
    const from = (event.target as Element).getAttribute('data-node')
    const next = from === null ? null : neighbour(event.key, from, lines, arrangement)
    if (next === null) return
    event.preventDefault()
    nodeIn(canvas.current, next)?.focus()
  }
  return (
    <div className={styles.graph}>
      {/* The keys move between the links in it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div ref={canvas} className={styles.canvas} role="group" aria-label={label} onKeyDown={move} {...draggable()}>
        <div className={styles.sized} style={{ width: width * scale, height: height * scale }}>
          <div className={styles.inner} style={{ width, height, transform: `scale(${scale})` }}>
            <Lines lines={lines} arrangement={arrangement} current={current} />
            {nodes.map((node) => (
              <Node key={node.id} node={node} at={arrangement.places.get(node.id)} />
            ))}
          </div>
        </div>
      </div>
      <div className={styles.zoom}>
        <IconButton icon="minus" label="Zoom out" size="sm" onClick={() => setZoom(Math.max(0, zoom - 1))} />
        <span aria-live="polite">{Math.round(scale * 100)}%</span>
        <IconButton icon="plus" label="Zoom in" size="sm" onClick={() => setZoom(Math.min(ZOOMS.length - 1, zoom + 1))} />
        <IconButton icon="fit" label="Show all of it" size="sm" onClick={() => setZoom(fitting(canvas.current, width))} />
      </div>
    </div>
  )
}

function Node({ node, at = { x: 0, y: 0 } }: { node: GraphNode; at: { x: number; y: number } | undefined }) {
  const id = useId()
  return (
    <Link
      to={node.to}
      data-node={node.id}
      className={classes(styles.node, node.isCurrent && styles.current, node.isDashed && styles.dashed, node.isOff && styles.off)}
      style={{ left: at.x - NODE_WIDTH / 2, top: at.y - NODE_HEIGHT / 2 }}
      aria-current={node.isCurrent ? 'true' : undefined}
      aria-describedby={id}
      draggable={false}
      title={node.title}
    >
      <Icon name={node.icon} {...(node.tone ? { tone: node.tone } : { className: styles.quiet })} />
      <span>
        <b>{node.title}</b>
        <small>{node.detail}</small>
      </span>
      <span id={id} hidden>
        {node.says}
      </span>
    </Link>
  )
}

function Lines({ lines, arrangement, current }: { lines: readonly GraphLine[]; arrangement: Arrangement; current: string }) {
  const id = useId()
  const { width, height } = arrangement
  return (
    <div aria-hidden>
      <svg width={width} height={height} className={styles.lines}>
        <defs>
          <marker id={id} viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" markerHeight="6" markerUnits="userSpaceOnUse" orient="auto">
            <path d="M0 0 6 3 0 6z" className={styles.head} />
          </marker>
        </defs>
        {lines.map((line, at) => (
          <path
            key={`${line.from} ${line.to}`}
            d={arrangement.lines[at]?.path}
            className={classes(styles.line, line.isDashed && styles.dash, (line.from === current || line.to === current) && styles.near)}
            markerEnd={`url(#${id})`}
          />
        ))}
      </svg>
      {lines.map((line, at) => {
        const place = arrangement.lines[at]?.label
        return (
          place && (
            <span key={`${line.from} ${line.to}`} className={styles.label} style={{ left: place.x, top: place.y }}>
              {shortLabel(line.label)}
            </span>
          )
        )
      })}
    </div>
  )
}

/** Left and right follow the lines, up and down stay in the column. */
function neighbour(key: string, from: string, lines: readonly GraphLine[], { places }: Arrangement): string | null {
  const here = places.get(from)
  if (!here) return null
  const height = (id: string) => places.get(id)?.y ?? 0
  const nearest = (ids: readonly string[]) => ids.toSorted((left, right) => Math.abs(height(left) - here.y) - Math.abs(height(right) - here.y))[0] ?? null
  if (key === 'ArrowLeft') return nearest(lines.filter(({ to }) => to === from).map((line) => line.from))
  if (key === 'ArrowRight') return nearest(lines.filter((line) => line.from === from).map(({ to }) => to))
  const isUp = key === 'ArrowUp'
  if (!isUp && key !== 'ArrowDown') return null
  const column = [...places].filter(([id, at]) => id !== from && Math.abs(at.x - here.x) < 1 && at.y < here.y === isUp)
  return nearest(column.map(([id]) => id))
}

/** The largest scale at which all columns are in sight, but not larger than as it is. */
function fitting(canvas: HTMLElement | null, width: number): number {
  const room = canvas?.clientWidth ?? width
  const at = ZOOMS.findLastIndex((scale) => scale <= 1 && scale * width <= room)
  return Math.max(0, at)
}

function nodeIn(canvas: HTMLElement | null, id: string): HTMLElement | null {
  const nodes = [...(canvas?.querySelectorAll<HTMLElement>('[data-node]') ?? [])]
  return nodes.find((node) => node.getAttribute('data-node') === id) ?? null
}

function centre(canvas: HTMLElement | null, id: string) {
  const node = nodeIn(canvas, id)
  if (!canvas || !node) return
  canvas.scrollLeft = node.offsetLeft + NODE_WIDTH / 2 - canvas.clientWidth / 2
  canvas.scrollTop = node.offsetTop + NODE_HEIGHT / 2 - canvas.clientHeight / 2
}

/** The ground can be dragged with the mouse; fingers and wheels scroll it anyway. */
function draggable() {
  return {
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      const isGround = event.pointerType === 'mouse' && event.button === 0 && !(event.target as Element).closest('a')
      if (isGround) event.currentTarget.setPointerCapture(event.pointerId)
    },
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
      event.currentTarget.scrollLeft -= event.movementX
      event.currentTarget.scrollTop -= event.movementY
    },
  }
}
