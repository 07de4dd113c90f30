// The keyboard's cursor in a list: j and k move, Enter opens, x selects.
import { useEffect, useState } from 'react'
import { useKeys } from '@/lib/keyboard'

interface RowKeys {
  isOn: boolean
  /** The rows, in order. */
  keys: readonly string[]
  onOpen: (at: number) => void
  onSelect?: (key: string) => void
}

/** Where the cursor stands; -1 before it was used. It stays on its row when rows come and go. */
export function useRowKeys({ isOn, keys, onOpen, onSelect }: RowKeys): number {
  const [current, setCurrent] = useState<string | null>(null)
  const at = current === null ? -1 : keys.indexOf(current)
  const move = (by: number) => {
    const to = Math.max(0, Math.min(keys.length - 1, at + by))
    setCurrent(keys[to] ?? null)
  }
  useEffect(() => {
    if (at >= 0) document.querySelector('[data-cursor]')?.scrollIntoView({ block: 'nearest' })
  }, [at])
  useKeys(
    isOn
      ? [
          { keys: 'j', title: 'Next row', group: 'Lists', run: () => move(1) },
          { keys: 'k', title: 'Row before', group: 'Lists', run: () => move(-1) },
          { keys: 'Enter', title: 'Open the row', group: 'Lists', run: (event) => enter(event, at, onOpen) },
          ...(onSelect
            ? [{ keys: 'x', title: 'Select the row', group: 'Lists' as const, run: () => current !== null && onSelect(current) }]
            : []),
        ]
      : [],
  )
  return at
}

/** Enter on a link or a button is meant for that. */
function enter(event: KeyboardEvent, at: number, onOpen: (at: number) => void): boolean {
  const isOnSomething = event.target instanceof Element && event.target.closest('a, button, summary') !== null
  if (at < 0 || isOnSomething) return false
  onOpen(at)
  return true
}
