// What the server says of values, by the variables that they are for; pure.
import type { ApiError } from '@/api/errors'
import type { Setting } from '../queries'

/** Values are named by their places in what was sent: `/data/attributes/variables/3/value`. */
export function problemsByVariable(error: ApiError | null, sent: readonly Setting[]): ReadonlyMap<string, string> {
  const found = (error?.fields ?? []).flatMap(({ pointer, detail }) => {
    const place = /\/variables\/(\d+)/.exec(pointer)?.[1]
    const key = place === undefined ? undefined : sent[Number(place)]?.key
    return key ? [[key, detail] as const] : []
  })
  return new Map(found)
}
