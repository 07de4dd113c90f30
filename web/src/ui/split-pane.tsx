// Two panes side by side with a divider to drag; its place is kept.
import { type CSSProperties, type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react'
import { usePreference } from '@/api/preferences'
import styles from './split-pane.module.css'

interface SplitPaneProps {
  /** The preference that keeps its place: `run-log`. */
  name: string
  /** Says what is divided: "Plan and log". */
  label: string
  first: ReactNode
  second: ReactNode
  /** Percent of the first pane, before it was moved. */
  initial?: number
  /** Which one is seen where there is only room for one. */
  narrow?: 'first' | 'second'
}

const LEAST = 25
const MOST = 80
const STEP = 2

/** Below 1180 px only one pane is shown; offer the other with a `Segmented`. */
export function SplitPane({ name, label, first, second, initial = 60, narrow = 'first' }: SplitPaneProps) {
  const [kept, keep] = usePreference(`split.${name}`, initial)
  const [dragged, setDragged] = useState<number | null>(null)
  const frame = useRef<HTMLDivElement>(null)
  const place = dragged ?? kept

  const drag = (event: PointerEvent) => {
    if (dragged === null || !frame.current) return
    const box = frame.current.getBoundingClientRect()
    setDragged(within(((event.clientX - box.left) / box.width) * 100))
  }
  const drop = () => {
    if (dragged !== null) keep(Math.round(dragged))
    setDragged(null)
  }
  const press = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowLeft: place - STEP, ArrowRight: place + STEP, Home: LEAST, End: MOST }
    const to = moves[event.key]
    if (to === undefined) return
    event.preventDefault()
    keep(within(to))
  }
  return (
    <div
      ref={frame}
      className={styles.split}
      data-narrow={narrow}
      data-dragged={dragged !== null || undefined}
      style={{ '--first': `${place}fr`, '--second': `${100 - place}fr` } as CSSProperties}
    >
      <div className={styles.first}>{first}</div>
      {/* A separator that can be focused is a widget: WAI-ARIA, window splitter. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        className={styles.divider}
        role="separator"
        aria-label={label}
        aria-orientation="vertical"
        aria-valuenow={Math.round(place)}
        aria-valuemin={LEAST}
        aria-valuemax={MOST}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onKeyDown={press}
        onDoubleClick={() => keep(initial)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          setDragged(place)
        }}
        onPointerMove={drag}
        onPointerUp={drop}
        onPointerCancel={drop}
      />
      <div className={styles.second}>{second}</div>
    </div>
  )
}

const within = (place: number) => Math.max(LEAST, Math.min(MOST, place))
