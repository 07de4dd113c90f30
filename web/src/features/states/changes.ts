// Changes between two states in numbers and words; pure.
import type { Schema } from '@/api/query'
import type { DiffValue } from '@/ui/diff'
import type { IconName } from '@/ui/icon'

export const KINDS = ['removed', 'changed', 'added'] as const
export type Kind = (typeof KINDS)[number]

export const kindLook: Readonly<Record<Kind, { readonly icon: IconName; readonly word: string }>> = {
  removed: { icon: 'destroy', word: 'removed' },
  changed: { icon: 'change', word: 'changed' },
  added: { icon: 'create', word: 'added' },
}

/** How many of each. */
export function tally(changes: readonly Schema<'StateChange'>[]): Record<Kind, number> {
  const numbers = { added: 0, changed: 0, removed: 0 }
  for (const { kind } of changes) if (kind in numbers) numbers[kind as Kind] += 1
  return numbers
}

const inOrder = new Intl.Collator('en', { numeric: true })

/** What is gone first, then what changed, then what is new; with `sought` in the address. */
export function sorted(changes: readonly Schema<'StateChange'>[], sought: string): readonly Schema<'StateChange'>[] {
  const text = sought.trim().toLowerCase()
  const rank = (kind: string) => (KINDS as readonly string[]).indexOf(kind)
  return changes
    .filter(({ address }) => address.toLowerCase().includes(text))
    .toSorted((left, right) => rank(left.kind) - rank(right.kind) || inOrder.compare(left.address, right.address))
}

/** Resources only: outputs are no things of their own. */
export function resourcesOf(changes: readonly Schema<'StateChange'>[]): readonly Schema<'StateChange'>[] {
  return changes.filter(({ address }) => !address.startsWith('output.'))
}

export function valueOf(value: unknown, isSensitive: boolean): DiffValue {
  return { text: value === null || value === undefined ? null : JSON.stringify(value), isSensitive }
}
