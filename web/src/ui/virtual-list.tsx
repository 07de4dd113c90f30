// A long list of which only what is seen exists. Rows may have any height; they are measured.
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef } from 'react'
import styles from './virtual-list.module.css'

/** Moves the list from outside. */
export interface VirtualListHandle {
  scrollToIndex: (index: number, align?: 'start' | 'center' | 'end' | 'auto') => void
}

interface VirtualListProps {
  count: number
  /** Pixels of a row that was not measured yet. */
  rowHeight: number
  /** True when all rows have exactly `rowHeight`: nothing is measured. */
  isEven?: boolean
  rowKey?: (index: number) => string | number
  children: (index: number) => ReactNode
  label: string
  ref?: Ref<VirtualListHandle>
  /** The first and the last row that are seen. */
  onRange?: (first: number, last: number) => void
  /** Rows kept beside those that are seen. */
  spare?: number
  className?: string | undefined
}

/** Fills its place and scrolls itself: its parent must have a height. */
export function VirtualList(props: VirtualListProps) {
  const { count, rowHeight, isEven = false, rowKey, children, label, ref, onRange, spare = 12, className } = props
  const scroller = useRef<HTMLDivElement>(null)
  const list = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: spare,
    ...(rowKey && { getItemKey: rowKey }),
  })
  useImperativeHandle(ref, () => ({ scrollToIndex: (index, align = 'auto') => list.scrollToIndex(index, { align }) }), [list])
  const first = list.range?.startIndex ?? 0
  const last = list.range?.endIndex ?? 0
  useEffect(() => onRange?.(first, last), [onRange, first, last])
  return (
    // The list itself is scrolled with the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={scroller} className={`${styles.scroller} ${className ?? ''}`} tabIndex={0} role="group" aria-label={label}>
      <div className={styles.all} style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map((item) => (
          <div
            key={item.key}
            data-index={item.index}
            ref={isEven ? undefined : list.measureElement}
            className={styles.row}
            style={{ transform: `translateY(${item.start}px)`, ...(isEven && { height: rowHeight }) }}
          >
            {children(item.index)}
          </div>
        ))}
      </div>
    </div>
  )
}
