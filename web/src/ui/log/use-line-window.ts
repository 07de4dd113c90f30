// Draws the part of a long log that is seen, keeps it in its place when lines above it turn out taller, and follows the end.
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { contentHeight, isBeside, lineAt, type LineWindow, needsMore, scrollFor, windowAtEnd, windowFrom } from './line-window'

interface Anchor {
  readonly line: number
  /** Pixels below the upper edge of the view. */
  readonly y: number
}

interface Options {
  readonly total: number
  /** Whether the lines are in the page already. */
  readonly isShown: boolean
  readonly isFollowing: boolean
  /** Somebody scrolled: away from the end, or to it. */
  readonly onReach: (isAtEnd: boolean) => void
}

export interface LineWindowState extends LineWindow {
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly content: RefObject<HTMLDivElement | null>
  /** Around the drawn lines, which are its children in order. */
  readonly lines: RefObject<HTMLDivElement | null>
  readonly onScroll: () => void
  /** Brings a line into the upper third. */
  readonly show: (line: number) => void
  readonly focus: () => void
}

// Where nothing has a height, as in tests.
const HEIGHT_WITHOUT_LAYOUT = 720
const AT_END_PX = 24

export function useLineWindow({ total, isShown, isFollowing, onReach }: Options): LineWindowState {
  const scroller = useRef<HTMLDivElement>(null)
  const height = useHeight(scroller, isShown)
  const content = useRef<HTMLDivElement>(null)
  const lines = useRef<HTMLDivElement>(null)
  const top = useRef(0)
  const placed = useRef(0)
  const anchor = useRef<Anchor | null>(null)
  const [wanted, setWanted] = useState<LineWindow | null>(null)
  const shown = useMemo(
    () => (isFollowing || wanted === null ? windowAtEnd(total, height) : { ...wanted, last: Math.max(1, Math.min(wanted.last, total)) }),
    [isFollowing, wanted, total, height],
  )

  // After every drawing: what was written may have other heights than what stood there.
  useLayoutEffect(() => {
    const view = scroller.current
    const drawn = lines.current
    const all = content.current
    if (!view || !drawn || !all) return
    let place = top.current
    if (isFollowing) {
      place = shown.first === 1 ? 0 : scrollFor(shown.first, total, height)
      anchor.current = null
    } else if (anchor.current) {
      const held = drawn.children[anchor.current.line - shown.first]
      if (held instanceof HTMLElement) place = view.scrollTop + anchor.current.y - held.offsetTop
    }
    // There is nothing above the first line, and there must be room above every other.
    const right = shown.first === 1 ? 0 : place < 0 ? scrollFor(shown.first, total, height) : place
    top.current = right
    drawn.style.transform = `translateY(${right}px)`
    all.style.height = `${contentHeight(total, shown, { top: right, height: drawn.offsetHeight })}px`
    if (isFollowing) view.scrollTop = view.scrollHeight
    else if (right !== place) view.scrollTop += right - place
    placed.current = view.scrollTop
  })

  const onScroll = () => {
    const view = scroller.current
    const drawn = lines.current
    if (!view || !drawn) return
    const isOurs = Math.abs(view.scrollTop - placed.current) < 1
    placed.current = view.scrollTop
    if (isOurs) return
    const port = { scroll: view.scrollTop, height: view.clientHeight }
    onReach(view.scrollHeight - port.scroll - port.height < AT_END_PX)
    const place = { top: top.current, height: drawn.offsetHeight }
    if (isBeside(place, port)) {
      const line = lineAt(port, total, view.scrollHeight)
      anchor.current = { line, y: 0 }
      setWanted(windowFrom(line, total, port.height))
      return
    }
    anchor.current = seen(drawn, shown.first, port.scroll - top.current)
    const isMoving = wanted === null || isFollowing || needsMore(shown, place, total, port)
    if (isMoving) setWanted(windowFrom(anchor.current.line, total, port.height))
  }

  const show = (line: number) => {
    const view = scroller.current
    if (!view) return
    view.scrollTop = scrollFor(line, total, height)
    placed.current = view.scrollTop
    anchor.current = { line, y: Math.round(height / 3) }
    setWanted(windowFrom(line, total, height))
  }

  return { ...shown, scroller, content, lines, onScroll, show, focus: () => scroller.current?.focus() }
}

function useHeight(scroller: RefObject<HTMLElement | null>, isShown: boolean): number {
  const [height, setHeight] = useState(HEIGHT_WITHOUT_LAYOUT)
  useEffect(() => {
    const view = scroller.current
    if (!isShown || !view) return
    const observer = new ResizeObserver(() => setHeight(view.clientHeight || HEIGHT_WITHOUT_LAYOUT))
    observer.observe(view)
    return () => observer.disconnect()
  }, [scroller, isShown])
  return height
}

/** The first line that is seen, `scrolled` pixels below the first drawn one. */
function seen(drawn: HTMLElement, first: number, scrolled: number): Anchor {
  const children = [...drawn.children] as HTMLElement[]
  const at = Math.max(0, children.findIndex((line) => line.offsetTop + line.offsetHeight > scrolled))
  return { line: first + at, y: (children[at]?.offsetTop ?? 0) - scrolled }
}
