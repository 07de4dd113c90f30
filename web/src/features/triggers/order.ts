// New priorities after one trigger moved by one place; pure.
import type { Trigger } from './queries'

export interface Placed {
  readonly id: string
  readonly priority: number
}

/** Only those that change. Equal priorities are pulled apart, in tens, so that there is room between. */
export function orderAfter(rows: readonly Trigger[], at: number, by: -1 | 1): readonly Placed[] {
  const [moved, other] = [rows[at], rows[at + by]]
  if (!moved || !other) return []
  if (moved.attributes.priority !== other.attributes.priority) {
    return [
      { id: moved.id, priority: other.attributes.priority },
      { id: other.id, priority: moved.attributes.priority },
    ]
  }
  const order = rows.toSpliced(at, 1).toSpliced(at + by, 0, moved)
  return order.map(({ id }, place) => ({ id, priority: (place + 1) * 10 })).filter(({ id, priority }) => rows.find((row) => row.id === id)?.attributes.priority !== priority)
}
