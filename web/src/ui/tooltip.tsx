// A sentence that appears beside what the pointer or the focus is on.
import { cloneElement, type FocusEvent, type PointerEvent, type ReactElement, type ReactNode, useEffect, useState } from 'react'
import { createPortal } from 'react-dom'
import styles from './tooltip.module.css'

interface TooltipProps {
  /** What it says; nothing is shown without it. */
  text: ReactNode
  /** One element, whose handlers stay as they are. */
  children: ReactElement
  side?: 'top' | 'bottom'
}

const DELAY_MS = 250
const GAP_PX = 6
const EDGE_PX = 8

interface Handlers {
  onPointerEnter?: (event: PointerEvent<HTMLElement>) => void
  onPointerLeave?: (event: PointerEvent<HTMLElement>) => void
  onPointerDown?: (event: PointerEvent<HTMLElement>) => void
  onFocus?: (event: FocusEvent<HTMLElement>) => void
  onBlur?: (event: FocusEvent<HTMLElement>) => void
}

/** Explains `children`. Never the only place of something that must be known: it does not exist on a phone. */
export function Tooltip({ text, children, side = 'bottom' }: TooltipProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null)
  // In the same place with and without words: who is about to press `children` presses what is still there.
  if (!text) return <>{children}{null}</>
  const own = children.props as Handlers
  const handlers: Handlers = {
    onPointerEnter: (event) => {
      own.onPointerEnter?.(event)
      setAnchor(event.currentTarget)
    },
    onPointerLeave: (event) => {
      own.onPointerLeave?.(event)
      setAnchor(null)
    },
    onPointerDown: (event) => {
      own.onPointerDown?.(event)
      // What is pressed shows what comes of it; the reason why nothing does stays.
      if (event.currentTarget.getAttribute('aria-disabled') !== 'true') setAnchor(null)
    },
    onFocus: (event) => {
      own.onFocus?.(event)
      if (event.currentTarget.matches(':focus-visible')) setAnchor(event.currentTarget)
    },
    onBlur: (event) => {
      own.onBlur?.(event)
      setAnchor(null)
    },
  }
  return (
    <>
      {cloneElement(children as ReactElement<Handlers>, handlers)}
      {anchor && <Tip anchor={anchor} text={text} side={side} />}
    </>
  )
}

/** Shown after a moment, where there is room. Small enough to be placed by hand; panels need a library for it. */
function Tip({ anchor, text, side }: { anchor: HTMLElement; text: ReactNode; side: 'top' | 'bottom' }) {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), DELAY_MS)
    const close = (event: KeyboardEvent) => event.key === 'Escape' && setShown(false)
    window.addEventListener('keydown', close)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('keydown', close)
    }
  }, [])
  const place = (tip: HTMLDivElement | null) => {
    if (!tip) return
    const [target, own] = [anchor.getBoundingClientRect(), tip.getBoundingClientRect()]
    const isBelow = side === 'bottom' ? target.bottom + GAP_PX + own.height < innerHeight - EDGE_PX : target.top - GAP_PX - own.height < EDGE_PX
    const left = target.left + target.width / 2 - own.width / 2
    tip.style.left = `${Math.max(EDGE_PX, Math.min(left, innerWidth - own.width - EDGE_PX))}px`
    tip.style.top = `${isBelow ? target.bottom + GAP_PX : target.top - GAP_PX - own.height}px`
  }
  if (!isShown) return null
  return createPortal(
    <div ref={place} role="tooltip" className={styles.tooltip}>
      {text}
    </div>,
    document.body,
  )
}
