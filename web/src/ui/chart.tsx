// A value over time: one line, its limit, and moments that explain it. The number of now stands above; the drawing is beside it.
import type { ReactNode } from 'react'
import styles from './chart.module.css'

export interface ChartPoint {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Null where nobody measured. */
  readonly value: number | null
}

interface ChartProps {
  title: string
  /** Of now, with its unit in words: `of 1 per unit`. */
  now: ReactNode
  unit: ReactNode
  points: readonly ChartPoint[]
  /** From when to when the drawing goes, in milliseconds since 1970. */
  from: number
  to: number
  /** The largest of what is drawn in words, at the scale. */
  most: (value: number) => string
  /** The next larger number that is nice at the scale; tens without it. */
  upTo?: (value: number) => number
  /** A second line, quieter: errors of requests. */
  other?: readonly ChartPoint[]
  /** Vertical lines: deploys. */
  moments?: readonly number[]
  /** What the drawing shows, for who does not see it. */
  label: string
}

const WIDTH = 480
const HEIGHT = 88

export function Chart({ title, now, unit, points, from, to, most, upTo = rounded, other = [], moments = [], label }: ChartProps) {
  const largest = Math.max(0, ...[...points, ...other].map(({ value }) => value ?? 0))
  const top = upTo(largest)
  const x = (at: number) => ((at - from) / Math.max(1, to - from)) * WIDTH
  const y = (value: number) => HEIGHT - (value / top) * (HEIGHT - 6) - 1
  const path = (line: readonly ChartPoint[]) => drawn(line.filter(({ at }) => at >= from && at <= to), x, y)
  return (
    <figure className={styles.chart}>
      <figcaption>
        <span>{title}</span>
        <b>{now}</b>
        <small>{unit}</small>
      </figcaption>
      <div className={styles.drawing}>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
          <path className={styles.scale} d={`M0 ${HEIGHT - 0.5}H${WIDTH}M0 ${y(top)}H${WIDTH}`} />
          {moments
            .filter((at) => at >= from && at <= to)
            .map((at) => (
              <path key={at} className={styles.moment} d={`M${x(at)} 0v${HEIGHT}`} />
            ))}
          <path className={styles.line} d={path(points)} />
          {other.length > 0 && <path className={styles.other} d={path(other)} />}
        </svg>
        {largest > 0 && <span className={styles.most}>{most(top)}</span>}
      </div>
    </figure>
  )
}

/** A line with gaps where nobody measured; a point alone is a short stroke. */
function drawn(points: readonly ChartPoint[], x: (at: number) => number, y: (value: number) => number): string {
  let isDown = false
  return points
    .map(({ at, value }) => {
      if (value === null) {
        isDown = false
        return ''
      }
      const place = `${x(at).toFixed(1)} ${y(value).toFixed(1)}`
      const step = isDown ? `L${place}` : `M${place}h.5`
      isDown = true
      return step
    })
    .join('')
}

/** The next number that people like: 1, 2 or 5 with zeros. */
export function rounded(value: number): number {
  if (value <= 0) return 1
  const size = 10 ** Math.floor(Math.log10(value))
  const factor = [1, 2, 5, 10].find((one) => one * size >= value) ?? 10
  return factor * size
}

/** The same for bytes: a power of two. */
export function roundedBytes(value: number): number {
  return value <= 1 ? 1 : 2 ** Math.ceil(Math.log2(value))
}
