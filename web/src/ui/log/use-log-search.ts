// Searching a log: which lines have the text, and at which of them the view stands.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSettled } from '@/lib/delayed'
import type { LogReader } from './log-reader'

export interface LogSearchState {
  /** Small letters; empty when nothing is searched. */
  readonly text: string
  readonly isBusy: boolean
  readonly error: Error | null
  readonly total: number
  /** Which of the lines it stands at, from 0. */
  readonly place: number
  /** The line it stands at. */
  readonly line: number | null
  /** Grows with each step, so that a step to the same line shows it again. */
  readonly steps: number
  readonly step: (by: 1 | -1) => void
}

const TYPING_MS = 120

export function useLogSearch(source: LogReader, wanted: string, total: number): LogSearchState {
  const text = useSettled(wanted, TYPING_MS).toLowerCase()
  const { data, error, isFetching } = useQuery({
    // What a growing log has more is found when somebody searches again.
    queryKey: ['log-search', source.address, text],
    queryFn: ({ signal }) => source.search(text, signal),
    enabled: text !== '' && total > 0,
    staleTime: 10_000,
    gcTime: 10_000,
  })
  const lines = text === '' ? [] : (data?.lines ?? [])
  const [at, setAt] = useState({ text: '', place: 0, steps: 0 })
  const place = at.text === text ? Math.min(at.place, Math.max(0, lines.length - 1)) : 0
  return {
    text,
    isBusy: isFetching && !data,
    error,
    total: text === '' ? 0 : (data?.total ?? 0),
    place,
    line: lines[place] ?? null,
    steps: at.steps,
    step: (by) => {
      if (lines.length === 0) return
      setAt({ text, place: (place + by + lines.length) % lines.length, steps: at.steps + 1 })
    },
  }
}
