// How long a token counts: a few lengths, or a day of one's own.

export const LIVES = ['7d', '30d', '90d', '365d', 'never', 'date'] as const

export type Life = (typeof LIVES)[number]

const DAY_MS = 86_400_000

/** What can be chosen where tokens live for `longest` days at most. */
export function lives(longest: number | null): readonly { value: Life; text: string }[] {
  const days = (['7d', '30d', '90d', '365d'] as const).filter((life) => longest === null || Number.parseInt(life, 10) <= longest)
  return [
    ...days.map((value) => ({ value, text: value === '365d' ? 'One year' : `${Number.parseInt(value, 10)} days` })),
    { value: 'date' as const, text: 'Until a day of your choice' },
    ...(longest === null ? [{ value: 'never' as const, text: 'For ever, until it is revoked' }] : []),
  ]
}

/** The time at which it ends; null for never, undefined when no day is chosen yet. */
export function endOf(life: Life, date: string, now: number): string | null | undefined {
  if (life === 'never') return null
  if (life !== 'date') return new Date(now + Number.parseInt(life, 10) * DAY_MS).toISOString()
  const end = Date.parse(`${date}T23:59:59`)
  return Number.isNaN(end) ? undefined : new Date(end).toISOString()
}

/** What the command line calls it. */
export function expiresOption(life: Life, date: string): string {
  if (life === 'never') return ''
  return life === 'date' ? (date ? `${date}T23:59:59Z` : 'WHEN') : life
}

/** Whether it counts no more, or not for a week. */
export function expiryState(expires: string | null | undefined, now: number): 'ended' | 'soon' | 'fine' {
  if (!expires) return 'fine'
  const left = Date.parse(expires) - now
  return left <= 0 ? 'ended' : left < 7 * DAY_MS ? 'soon' : 'fine'
}
