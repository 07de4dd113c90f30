// Points in time and lengths of it.
import { useNow, useNowNear } from '@/lib/now'
import { age, clock, duration, moment, shortAge, stopwatch } from '@/lib/time'

interface TimeProps {
  /** RFC 3339. */
  at: string
  /** `short` in columns (`4 min`), `ago` in sentences (`4 min ago`), `clock` for the time of the day. */
  form?: 'short' | 'ago' | 'clock'
}

/** When it was: relative for a week and renewed while it is shown; hovering says the date and the time. */
export function Time({ at, form = 'ago' }: TimeProps) {
  const then = Date.parse(at)
  const now = useNowNear(then)
  const text = form === 'clock' ? clock(then) : form === 'short' ? shortAge(then, now) : age(then, now)
  return (
    <time dateTime={at} title={form === 'clock' ? moment(then) : `${moment(then)}, ${age(then, now)}`}>
      {text}
    </time>
  )
}

interface DurationProps {
  /** RFC 3339. */
  from: string
  /** RFC 3339; without it the time runs on. */
  to?: string | null | undefined
  /** `4:07` instead of `4 min 07 s`. */
  isStopwatch?: boolean
}

/** How long it took or takes so far. */
export function Duration({ from, to, isStopwatch = false }: DurationProps) {
  const now = useNow(to ? null : 1_000)
  const length = (to ? Date.parse(to) : Math.max(now, Date.parse(from))) - Date.parse(from)
  const whole = to ? length : Math.floor(length / 1_000) * 1_000
  if (isStopwatch) return <span title={duration(length)}>{stopwatch(whole)}</span>
  return <span>{to || whole >= 60_000 ? duration(whole) : `${whole / 1_000} s`}</span>
}
