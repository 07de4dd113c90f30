// The rail: one thin way with stations, for phases and steps. Solid behind, dashed ahead.
import type { ReactNode } from 'react'
import { classes } from './classes'
import { Icon, type IconName, type Tone } from './icon'
import styles from './rail.module.css'

export interface Station {
  readonly name: ReactNode
  /** What tells it from the others, where the name is no text or not its own. */
  readonly key?: string
  readonly icon: IconName
  readonly tone?: Tone
  /** `now` is where it stands, `todo` what has not begun. */
  readonly place?: 'done' | 'now' | 'todo'
  /** At the end of the line: how long it took. */
  readonly end?: ReactNode
  /** Below the name, small. */
  readonly detail?: ReactNode
  /** Draft marks, one for each second that it took. */
  readonly seconds?: number
}

/** Stations from top to bottom. */
export function Rail({ stations, label }: { stations: readonly Station[]; label: string }) {
  return (
    <ol className={styles.rail} aria-label={label}>
      {stations.map((station) => (
        <li
          key={station.key ?? String(station.name)}
          className={classes(station.place === 'now' && styles.now, station.place === 'todo' && styles.todo)}
          {...(station.place === 'now' && { 'aria-current': 'step' as const })}
        >
          <Icon name={station.icon} tone={station.tone ?? 'neutral'} />
          <b>{station.name}</b>
          {station.end !== undefined && <span className={styles.end}>{station.end}</span>}
          {station.seconds !== undefined && <DraftMarks seconds={station.seconds} />}
          {station.detail && <small>{station.detail}</small>}
        </li>
      ))}
    </ol>
  )
}

const WIDEST_MARKS = 20
const GAP_PX = 6

/** Marks as on a hull: one for each second, longer ones each fifth; nothing below five seconds, where they say nothing. */
export function DraftMarks({ seconds }: { seconds: number }) {
  if (seconds < 5) return null
  // From twenty seconds on the marks stand for more, so that they fit: they show the order of size, the number is beside.
  const step = Math.max(1, Math.ceil(seconds / WIDEST_MARKS))
  const marks = Math.floor(seconds / step) + 1
  const path = Array.from({ length: marks }, (_, at) => {
    const x = at * GAP_PX + 0.5
    return at % 5 === 0 ? `M${x} 0v7` : `M${x} 3v4`
  }).join('')
  const width = marks * GAP_PX
  return (
    <svg className={styles.marks} width={width} height={7} viewBox={`0 0 ${width} 7`} stroke="currentColor" aria-hidden>
      <path d={path} />
    </svg>
  )
}
