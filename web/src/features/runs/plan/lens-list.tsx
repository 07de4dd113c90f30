// The changes as a list of which only what is seen exists: it scrolls with the page, so that the page stays one text.
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { useKeys } from '@/lib/keyboard'
import type { Arrangement, ChangeGroup } from './arrange'
import { linesOf } from './arrange'
import { ChangeRow, GroupRow } from './change-row'
import type { LensIndex } from './index'
import styles from './lens.module.css'

interface LensListProps {
  plan: string
  index: LensIndex
  arrangement: Arrangement
  /** The change in the address: it is open and in sight. */
  selected: number | null
  onSelect: (number: number | null) => void
  /** How far the apply of a row is. */
  progressOf?: ((number: number) => ReactNode) | undefined
}

const ROW_PX = 35
// Rows drawn beside those that are seen.
const SPARE = 8

export function LensList({ plan, index, arrangement, selected, onSelect, progressOf }: LensListProps) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set())
  const lines = useMemo(() => linesOf(arrangement, (group) => folded.has(keyOf(group))), [arrangement, folded])
  const [opened, setOpened] = useState<ReadonlySet<number>>(() => new Set(selected === null ? [] : [selected]))
  const [cursor, setCursor] = useState(selected)
  const frame = useRef<HTMLDivElement>(null)
  const offset = useOffset(frame)
  const isNarrow = useMedia('(max-width: 760px)')
  const list = useWindowVirtualizer({
    count: lines.length,
    estimateSize: () => ROW_PX,
    getItemKey: useCallback((at: number) => lines[at] ?? at, [lines]),
    overscan: SPARE,
    scrollMargin: offset,
  })

  const fold = useCallback((group: ChangeGroup) => {
    const key = keyOf(group)
    setFolded((before) => (before.has(key) ? new Set([...before].filter((one) => one !== key)) : new Set([...before, key])))
  }, [])
  const toggle = useCallback(
    (number: number, isOpen: boolean) => {
      setOpened((before) => (isOpen ? new Set([...before, number]) : new Set([...before].filter((one) => one !== number))))
      setCursor(number)
      onSelect(isOpen ? number : null)
    },
    [onSelect],
  )
  const go = (to: number) => {
    const at = Math.max(0, Math.min(lines.length - 1, to))
    setCursor(lines[at] ?? null)
    list.scrollToIndex(at, { align: 'auto' })
  }
  const place = cursor === null ? -1 : lines.indexOf(cursor)
  const press = () => {
    if (cursor === null || place < 0) return false
    const group = cursor < 0 ? arrangement.groups[~cursor] : undefined
    if (group) fold(group)
    else toggle(cursor, !opened.has(cursor))
    return true
  }
  useKeys([
    { keys: 'j', title: 'Next change', group: 'Lists', run: () => go(place + 1) },
    { keys: 'k', title: 'Change before', group: 'Lists', run: () => go(place - 1) },
    { keys: 'Enter', title: 'Open or close the change', group: 'Lists', run: (event) => !isOnSomething(event) && press() },
    { keys: 'o', title: 'Open or close the change', group: 'Lists', run: press },
  ])
  // Where the address points to is shown when the page opens.
  useEffect(() => {
    const at = selected === null ? -1 : lines.indexOf(selected)
    if (at > 20) list.scrollToIndex(at, { align: 'center' })
    // oxlint-disable-next-line react/exhaustive-deps
  }, [])

  const hasModule = arrangement.groups[0]?.sort === 'type'
  return (
    <div ref={frame} className={styles.list} style={{ height: list.getTotalSize() }} role="group" aria-label="Changes">
      {list.getVirtualItems().map((item) => {
        const line = lines[item.index] ?? 0
        const group = line < 0 ? arrangement.groups[~line] : undefined
        return (
          <div
            key={item.key}
            ref={isNarrow || opened.has(line) ? list.measureElement : undefined}
            data-index={item.index}
            className={styles.row}
            style={{ transform: `translateY(${item.start - list.options.scrollMargin}px)` }}
          >
            {group ? (
              <GroupRow group={group} isFolded={folded.has(keyOf(group))} isCursor={line === cursor} onFold={() => fold(group)} />
            ) : (
              <ChangeRow
                plan={plan}
                index={index}
                number={line}
                hasModule={hasModule}
                isOpen={opened.has(line)}
                isCursor={line === cursor}
                onToggle={toggle}
                progress={progressOf?.(line)}
              />
            )}
          </div>
        )
      })}
    </div>
  )
}

const keyOf = (group: ChangeGroup) => `${group.sort} ${group.title}`

function isOnSomething(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.closest('a, button, summary') !== null
}

/** Narrow rows wrap: their heights must be measured. */
function useMedia(query: string): boolean {
  const list = useMemo(() => window.matchMedia(query), [query])
  return useSyncExternalStore(
    (changed) => {
      list.addEventListener('change', changed)
      return () => list.removeEventListener('change', changed)
    },
    () => list.matches,
  )
}

/** How far below the beginning of the page the list begins. */
function useOffset(frame: React.RefObject<HTMLDivElement | null>): number {
  const [offset, setOffset] = useState(0)
  useLayoutEffect(() => {
    const measure = () => {
      if (frame.current) setOffset(Math.round(frame.current.getBoundingClientRect().top + window.scrollY))
    }
    measure()
    // Notices above the list come and go.
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [frame])
  return offset
}
