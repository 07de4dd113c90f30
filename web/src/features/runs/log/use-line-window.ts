// Draws the part of a long log that is seen, keeps it in its place when lines above it turn out taller, and follows the end.
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react'
import {
  contentHeight,
  isBeside,
  lineAt,
  type LineWindow,
  needsMore,
  scrollFor,
  windowAtEnd,
  windowFrom,
} from './line-window'

interface Anchor {
  readonly line: number
  /** Pixels below the upper edge of the view. */
  readonly y: number
}

interface Options {
  readonly total: number
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
}

// Where nothing has a height, as in tests.
const HEIGHT_WITHOUT_LAYOUT = 720
const AT_END_PX = 24

export function useLineWindow({ total, isFollowing, onReach }: Options): LineWindowState {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const lines = useRef<HTMLDivElement>(null)
  const top = useRef(0)
  const anchor = useRef<Anchor | null>(null)
  const placed = useRef(0)
  const [window, setWindow] = useState<LineWindow | null>(null)
  const height = () => scroller.current?.clientHeight || HEIGHT_WITHOUT_LAYOUT
  const shown = isFollowing || window === null ? windowAtEnd(total, height()) : { ...window, last: Math.min(window.last, Math.max(total, 1)) }

  useLayoutEffect(() => {
    const view = scroller.current
    const drawn = lines.current
    if (!view || !drawn || !content.current) return
    if (isFollowing) {
      top.current = shown.first === 1 ? 0 : scrollFor(shown.first, total, view.clientHeight)
      anchor.current = null
    } else if (anchor.current) {
      const held = drawn.children[anchor.current.line - shown.first] as HTMLElement | undefined
      if (held) top.current = view.scrollTop + anchor.current.y - held.offsetTop
      correct(view, shown)
    }
    drawn.style.transform = `translateY(${top.current}px)`
    content.current.style.height = `${contentHeight(total, shown, { top: top.current, height: drawn.offsetHeight })}px`
    if (isFollowing) view.scrollTop = view.scrollHeight
    placed.current = view.scrollTop
  })

  /** There is nothing above the first line, and there must be room above every other. */
  const correct = (view: HTMLElement, { first }: LineWindow) => {
    const wanted = first === 1 ? 0 : top.current < 0 ? scrollFor(first, total, view.clientHeight) : top.current
    const shift = wanted - top.current
    if (shift === 0) return
    top.current = wanted
    if (content.current && shift > 0) content.current.style.height = `${content.current.offsetHeight + shift}px`
    view.scrollTop += shift
  }

  const onScroll = useCallback(() => {
    const view = scroller.current
    const drawn = lines.current
    if (!view || !drawn) return
    const isOurs = Math.abs(view.scrollTop - placed.current) < 1
    placed.current = view.scrollTop
    if (isOurs) return
    const port = { scroll: view.scrollTop, height: view.clientHeight }
    const isAtEnd = view.scrollHeight - view.scrollTop - view.clientHeight < AT_END_PX
    onReach(isAtEnd)
    const place = { top: top.current, height: drawn.offsetHeight }
    if (isBeside(place, port)) {
      const line = lineAt(port, total, view.scrollHeight)
      anchor.current = { line, y: 0 }
      setWindow(windowFrom(line, total, port.height))
      return
    }
    anchor.current = seen(drawn, shown.first, port.scroll - top.current)
    if (needsMore(shown, place, total, port)) setWindow(windowFrom(anchor.current.line, total, port.height))
  }, [onReach, shown, total])

  const show = useCallback(
    (line: number) => {
      const view = scroller.current
      if (!view) return
      const y = Math.round((view.clientHeight || HEIGHT_WITHOUT_LAYOUT) / 3)
      view.scrollTop = scrollFor(line, total, view.clientHeight)
      placed.current = view.scrollTop
      anchor.current = { line, y }
      setWindow(windowFrom(line, total, view.clientHeight || HEIGHT_WITHOUT_LAYOUT))
    },
    [total],
  )

  return { ...shown, scroller, content, lines, onScroll, show }
}

/** The first line that is seen, `scrolled` pixels below the first drawn one. */
function seen(drawn: HTMLElement, first: number, scrolled: number): Anchor {
  const children = [...drawn.children] as HTMLElement[]
  const at = Math.max(0, children.findIndex((line) => line.offsetTop + line.offsetHeight > scrolled))
  return { line: first + at, y: (children[at]?.offsetTop ?? 0) - scrolled }
}
