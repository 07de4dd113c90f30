// The address is the state: typed search parameters. A page's `search.ts` has a function from anything to its parameters;
// the route uses it as `validateSearch`, the page reads and writes with `useSearchState`.
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'

/** Turns what stands in the address into typed parameters; what is wrong there falls back, it never fails. */
export type ParseSearch<T> = (raw: Readonly<Record<string, unknown>>) => T

/** The parameters of this address and how to change some of them. `replace` leaves no entry in the history. */
export function useSearchState<T extends object>(parse: ParseSearch<T>) {
  const raw = useSearch({ strict: false }) as Record<string, unknown>
  const navigate = useNavigate()
  const change = useCallback(
    (changes: Partial<T>, options: { replace?: boolean } = {}) =>
      navigate({
        to: '.',
        search: ((before: Record<string, unknown>) => withoutNothing({ ...before, ...changes })) as never,
        replace: options.replace ?? false,
        resetScroll: false,
      }),
    [navigate],
  )
  return [parse(raw), change] as const
}

/** A part of the address, `useParam('workspace')`. */
export function useParam(name: string): string {
  const value = (useParams({ strict: false }) as Record<string, string | undefined>)[name]
  if (value === undefined) throw new Error(`The address has no part "${name}".`)
  return value
}

/** The organization that is open. */
export function useOrganization(): string {
  return useParam('organization')
}

/** Parsers of single parameters, for `ParseSearch` functions. */
export const parameter = {
  text: (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined,
  page: (value: unknown): number | undefined => {
    const page = Number(value)
    return Number.isInteger(page) && page > 1 ? page : undefined
  },
  oneOf: <const V extends string>(value: unknown, words: readonly V[]): V | undefined =>
    words.find((word) => word === value),
  list: (value: unknown): readonly string[] | undefined => {
    // The route parsed it already when the page reads it.
    const words = Array.isArray(value) ? value.map(String) : typeof value === 'string' ? value.split(',') : []
    const kept = words.filter((word) => word !== '')
    return kept.length > 0 ? kept : undefined
  },
  flag: (value: unknown): true | undefined => (value === true || value === 'true' ? true : undefined),
}

function withoutNothing(search: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(search).filter(([, value]) => value !== undefined && value !== '' && value !== null)
  return Object.fromEntries(kept.map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]))
}
