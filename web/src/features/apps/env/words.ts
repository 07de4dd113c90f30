// Changes of variables in words; pure.
import type { Schema } from '@/api/query'

type Difference = Schema<'AppVariableDifference'>

/** What a change did to a variable: `set to debug`, `from info to debug`, `unset`. */
export function differenceWords(one: Difference): string {
  const before = side(one['value-before'], one['alias-of-before'])
  const after = side(one.value, one['alias-of'])
  if (one.difference === 'unset') return before === null ? 'unset' : `unset, was ${before}`
  if (one.difference === 'set') return after === null ? hidden('set', one) : `set to ${after}`
  if (before !== null && after !== null) return before === after ? 'kept by somebody else' : `from ${before} to ${after}`
  return hidden('changed', one)
}

const hidden = (word: string, one: Difference) => (one['is-private'] ? `${word}, private` : word)

/** What it had; null where that is not shown, or there was none. */
function side(value: string | null | undefined, alias: string | null | undefined): string | null {
  if (typeof alias === 'string') return `that of ${alias}`
  if (typeof value !== 'string') return null
  return value === '' ? 'nothing' : value
}
