// What stands on how many of what, in words; pure.
import type { Schema } from '@/api/query'

type Need = Pick<Schema<'TemplateEdge'>, 'group' | 'maximum' | 'minimum'>

/** On a line of the graph: `0–1`, `2+`, `any`, and nothing for exactly one; with the word of the alternatives. */
export function short(need: Need): string {
  const [minimum, maximum] = [need.minimum, need.maximum ?? null]
  const many = maximum === null ? (minimum === 0 ? 'any' : `${minimum}+`) : minimum !== maximum ? `${minimum}–${maximum}` : minimum === 1 ? '' : String(minimum)
  return [many, need.group && `one of ${need.group}`].filter(Boolean).join(' · ')
}

/** In a sentence: `exactly one`, `at most 3`, `2 or more, or another of compute`. */
export function long(need: Need): string {
  const many = amount(need.minimum, need.maximum ?? null)
  return need.group ? `${many}, or another of ${need.group}` : many
}

function amount(minimum: number, maximum: number | null): string {
  if (maximum === null) return minimum === 0 ? 'any number' : `${minimum} or more`
  if (minimum === maximum) return minimum === 1 ? 'exactly one' : `exactly ${minimum}`
  if (minimum === 0) return maximum === 1 ? 'at most one' : `at most ${maximum}`
  return `${minimum} to ${maximum}`
}

/** Parents of a description have defaults. */
export function needOf(parent: Schema<'TemplateParent'>): Need {
  return { minimum: parent.minimum ?? 1, maximum: parent.maximum === undefined ? 1 : parent.maximum, group: parent.group ?? null }
}
