// What of the run page stands in its address: the view, the plan lens, the log.
import { parameter, type ParseSearch } from '@/lib/search'
import { DEFAULT_KINDS, type GroupBy, type Lens } from '../plan/arrange'
import { KINDS } from '../plan/index'
import type { ChangeKind } from '../plan/wire'

export type RunView = 'plan' | 'log' | 'phases'

export interface RunSearch {
  /** Which part is shown where there is no room for all. */
  readonly view?: RunView
  /** Groups of the plan lens. */
  readonly by?: GroupBy
  /** Words in addresses, types, reasons. */
  readonly q?: string
  /** Only these kinds of changes. */
  readonly only?: readonly string[]
  /** Only this resource type. */
  readonly type?: string
  /** Number of the change that is open. */
  readonly change?: number
  /** Whose log is shown. */
  readonly log?: 'plan' | 'apply'
  /** What is searched for in the log. */
  readonly find?: string
}

export const parseRunSearch: ParseSearch<RunSearch> = (raw) => ({
  view: parameter.oneOf(raw['view'], ['plan', 'log', 'phases']),
  by: parameter.oneOf(raw['by'], ['module', 'type']),
  q: parameter.text(raw['q']),
  only: parameter.list(raw['only']),
  type: parameter.text(raw['type']),
  change: numberOf(raw['change']),
  log: parameter.oneOf(raw['log'], ['plan', 'apply']),
  find: parameter.text(raw['find']),
})

function numberOf(raw: unknown): number | undefined {
  const number = raw === undefined || raw === '' ? Number.NaN : Number(raw)
  return Number.isInteger(number) && number >= 0 ? number : undefined
}

/** The lens that the address asks for. */
export function lensOf(search: RunSearch): Lens {
  const kinds = search.only?.filter((kind): kind is ChangeKind => KINDS.some((known) => known === kind))
  return { by: search.by ?? 'module', text: search.q ?? '', kinds: kinds ?? DEFAULT_KINDS, type: search.type ?? '' }
}

/** The kinds as the address has them: nothing for the usual ones. */
export function onlyOf(kinds: readonly ChangeKind[]): readonly string[] | undefined {
  const isUsual = kinds.length === DEFAULT_KINDS.length && DEFAULT_KINDS.every((kind) => kinds.includes(kind))
  return isUsual ? undefined : kinds
}
