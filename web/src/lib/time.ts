// Points in time and lengths of it, in words: relative for a week, dates after that, numerals that do not jump.

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WEEK = 7 * DAY

/** How long ago, short, for columns: `now`, `20 s`, `4 min`, `1 h`, `3 d`, then the date: `2 Mar`, `2 Mar 2025`. */
export function shortAge(at: number, now: number): string {
  const age = now - at
  if (age < 5 * SECOND) return age > -5 * SECOND ? 'now' : ahead(-age)
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s`
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`
  if (age < DAY) return `${Math.floor(age / HOUR)} h`
  if (age < WEEK) return `${Math.floor(age / DAY)} d`
  return day(at, now)
}

/** How long ago, for sentences: `just now`, `4 min ago`, `in 3 d`, `on 2 Mar`. */
export function age(at: number, now: number): string {
  const text = shortAge(at, now)
  if (text === 'now') return 'just now'
  if (now - at >= WEEK || at - now >= WEEK) return `on ${text}`
  return at > now ? text : `${text} ago`
}

/** The whole truth, for hovering: `Tue 2 Mar 2026, 14:02:11 (UTC+1)`. */
export function moment(at: number): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'shortOffset',
  }).formatToParts(at)
  const part = (name: string) => parts.find((one) => one.type === name)?.value ?? ''
  const zone = part('timeZoneName').replace('GMT', 'UTC')
  return `${part('weekday')} ${part('day')} ${part('month')} ${part('year')}, ${part('hour')}:${part('minute')}:${part('second')} (${zone})`
}

/** The time of the day: `14:02:11`. */
export function clock(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at)
}

/** How long, in words: `0.04 s`, `18.2 s`, `4 min 07 s`, `1 h 02 min`, `3 d 4 h`. */
export function duration(milliseconds: number): string {
  const length = Math.max(0, milliseconds)
  if (length < 100) return `${(length / SECOND).toFixed(2)} s`
  if (length < MINUTE) return `${(length / SECOND).toFixed(1)} s`
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min ${two((length % MINUTE) / SECOND)} s`
  if (length < DAY) return `${Math.floor(length / HOUR)} h ${two((length % HOUR) / MINUTE)} min`
  return `${Math.floor(length / DAY)} d ${Math.floor((length % DAY) / HOUR)} h`
}

/** How long so far, as a clock that runs: `0:08`, `4:07`, `1:02:11`. */
export function stopwatch(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / SECOND))
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}

function ahead(left: number): string {
  if (left < MINUTE) return `in ${Math.ceil(left / SECOND)} s`
  if (left < HOUR) return `in ${Math.round(left / MINUTE)} min`
  if (left < DAY) return `in ${Math.round(left / HOUR)} h`
  if (left < WEEK) return `in ${Math.round(left / DAY)} d`
  return day(Date.now() + left, Date.now())
}

function day(at: number, now: number): string {
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  const year = isThisYear ? {} : ({ year: 'numeric' } as const)
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', ...year }).format(at)
}

const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
