// What was measured of an app, as charts take it; pure.
import type { Schema } from '@/api/query'
import type { ChartPoint } from '@/ui/chart'

export type Point = Schema<'AppMetricsPoint'>

/** How far back, with how many seconds between two points. */
export const PERIODS = {
  '1h': { text: 'Hour', hours: 1, step: 15 },
  '6h': { text: '6 hours', hours: 6, step: 300 },
  '1d': { text: 'Day', hours: 24, step: 300 },
  '7d': { text: '7 days', hours: 168, step: 1_800 },
  '14d': { text: '14 days', hours: 336, step: 3_600 },
} as const

export type Period = keyof typeof PERIODS

export const PERIOD_NAMES = Object.keys(PERIODS) as readonly Period[]

/** One value of each point, with a gap where a point is missing. */
export function line(points: readonly Point[], stepSeconds: number, value: (point: Point) => number | null | undefined): readonly ChartPoint[] {
  const step = stepSeconds * 1_000
  return points.flatMap((point, index) => {
    const at = Date.parse(point.at)
    const before = points[index - 1]
    const hasGap = before !== undefined && at - Date.parse(before.at) > step * 1.5
    return [...(hasGap ? [{ at: at - step, value: null }] : []), { at, value: value(point) ?? null }]
  })
}

/** Requests of a point in each second. */
export const perSecond = (many: number, stepSeconds: number) => many / Math.max(1, stepSeconds)

/** `0.31`, `12`, `1,204`: three digits are enough. */
export function short(value: number): string {
  if (value === 0) return '0'
  if (value < 10) return value.toFixed(2)
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en-GB')
}

/** `340 ms`, `2.1 s`. */
export function milliseconds(value: number): string {
  if (value >= 1_000) return `${(value / 1_000).toFixed(1)} s`
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
}
