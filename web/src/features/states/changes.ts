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

/** Resources only: outputs are no things of their own. */
export function resourcesOf(changes: readonly Schema<'StateChange'>[]): readonly Schema<'StateChange'>[] {
  return changes.filter(({ address }) => !address.startsWith('output.'))
}

export function valueOf(value: unknown, isSensitive: boolean): DiffValue {
  return { text: value === null || value === undefined ? null : JSON.stringify(value), isSensitive }
}
