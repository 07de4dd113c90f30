// A panel beside what opened it, above everything else: for popovers and menus.
import { autoUpdate, flip, offset, shift, size, useFloating } from '@floating-ui/react-dom'
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useEffectEvent, useLayoutEffect, useRef } from 'react'
import { createPortal } from 'react-dom'
import styles from './panel.module.css'

interface PanelProps {
  anchor: RefObject<HTMLElement | null>
  role: 'dialog' | 'menu'
  label: string | undefined
  align: 'start' | 'end'
  /** Pixels. */
  width?: number | undefined
  onClose: () => void
  onKeyDown?: (event: KeyboardEvent<HTMLDivElement>) => void
  children: ReactNode
}

const FOCUSABLE = 'a[href], button, input, select, textarea, [tabindex]:not([tabindex="-1"])'

/** Takes the focus and gives it back; Escape and a press elsewhere close it. */
export default function Panel({ anchor, role, label, align, width, onClose, onKeyDown, children }: PanelProps) {
  const panel = useRef<HTMLDivElement>(null)
  const { refs, floatingStyles } = useFloating({
    placement: align === 'end' ? 'bottom-end' : 'bottom-start',
    whileElementsMounted: autoUpdate,
    middleware: [
      offset(4),
      flip({ padding: 8 }),
      shift({ padding: 8 }),
      size({
        padding: 8,
        apply: ({ availableHeight, elements }) => {
          elements.floating.style.maxHeight = `${Math.max(120, Math.min(480, availableHeight))}px`
        },
      }),
    ],
  })
  useLayoutEffect(() => {
    refs.setReference(anchor.current)
    refs.setFloating(panel.current)
  }, [refs, anchor])
  useFocusWithin(panel, anchor, role)
  useClosedFromOutside(panel, anchor, onClose)
  const press = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      onClose()
    }
    if (event.key === 'Tab') keepInside(event, panel.current)
    onKeyDown?.(event)
  }
  return createPortal(
    // Both roles that it gets are widgets.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div ref={panel} role={role} aria-label={label} tabIndex={-1} className={styles.panel} style={{ ...floatingStyles, width }} onKeyDown={press}>
      {children}
    </div>,
    document.body,
  )
}

function useFocusWithin(panel: RefObject<HTMLElement | null>, anchor: RefObject<HTMLElement | null>, role: 'dialog' | 'menu') {
  useEffect(() => {
    const opened = anchor.current
    const inside = panel.current
    // An input that takes the focus itself keeps it.
    if (inside && !inside.contains(document.activeElement)) {
      const first = inside.querySelector<HTMLElement>(role === 'menu' ? '[role="menuitem"]' : FOCUSABLE)
      ;(first ?? inside).focus({ preventScroll: true })
    }
    return () => {
      const active = document.activeElement
      if (active === null || active === document.body || inside?.contains(active)) opened?.focus({ preventScroll: true })
    }
  }, [panel, anchor, role])
}

function useClosedFromOutside(panel: RefObject<HTMLElement | null>, anchor: RefObject<HTMLElement | null>, onClose: () => void) {
  const close = useEffectEvent(onClose)
  useEffect(() => {
    const press = (event: PointerEvent) => {
      const target = event.target as Node
      if (!panel.current?.contains(target) && !anchor.current?.contains(target)) close()
    }
    document.addEventListener('pointerdown', press, true)
    return () => document.removeEventListener('pointerdown', press, true)
  }, [panel, anchor])
}

function keepInside(event: KeyboardEvent, panel: HTMLElement | null) {
  const all = [...(panel?.querySelectorAll<HTMLElement>(FOCUSABLE) ?? [])]
  const next = event.shiftKey ? all.at(-1) : all[0]
  const edge = event.shiftKey ? all[0] : all.at(-1)
  if (document.activeElement === edge || document.activeElement === panel) {
    event.preventDefault()
    next?.focus()
  }
}
