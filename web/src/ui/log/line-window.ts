// Which lines of a long log stand in the page, and where. Lines wrap, so their heights are only known once they are drawn:
// what is seen keeps its place on the screen, and the scale of the scroll bar is an estimate that gives way to it. Pure.

/** Height of a line that does not wrap. */
export const LINE_PX = 18
// Browsers draw nothing below some tens of millions of pixels: longer logs have a coarser scroll bar.
const TALLEST_PX = 8_000_000
/** Lines drawn above and below what is seen. */
const BESIDE = 40

/** The lines that are drawn, both included. */
export interface LineWindow {
  readonly first: number
  readonly last: number
}

/** What is seen: how far it is scrolled, and its height. */
export interface Viewport {
  readonly scroll: number
  readonly height: number
}

/** Where the drawn lines stand. */
export interface Drawn {
  readonly top: number
  readonly height: number
}

/** Enough lines for a view that begins with `line`. */
export function windowFrom(line: number, total: number, viewHeight: number): LineWindow {
  const seen = Math.ceil(viewHeight / LINE_PX)
  return { first: Math.max(1, line - BESIDE), last: Math.max(1, Math.min(total, line + seen + BESIDE)) }
}

/** The lines at the end. */
export function windowAtEnd(total: number, viewHeight: number): LineWindow {
  return windowFrom(Math.max(1, total - Math.ceil(viewHeight / LINE_PX) + 1), total, viewHeight)
}

/** Height of the whole log: as if no line wrapped, and never less than what is drawn needs. */
export function contentHeight(total: number, window: LineWindow, drawn: Drawn): number {
  const end = drawn.top + drawn.height
  if (window.last >= total) return end
  return Math.max(Math.min(total * LINE_PX, TALLEST_PX), end + total - window.last)
}

/** The line that should be first when the scroll bar was put there. */
export function lineAt(view: Viewport, total: number, height: number): number {
  const share = Math.min(1, Math.max(0, view.scroll / Math.max(1, height - view.height)))
  return Math.round(1 + share * (lastFirst(total, view.height) - 1))
}

/** Where to scroll so that `line` is about the first one seen. */
export function scrollFor(line: number, total: number, viewHeight: number): number {
  const last = lastFirst(total, viewHeight)
  const share = last <= 1 ? 0 : Math.min(1, (line - 1) / (last - 1))
  return Math.round(share * Math.max(0, Math.min(total * LINE_PX, TALLEST_PX) - viewHeight))
}

/** Whether what is seen comes near an end of what is drawn, and there are more lines on that side. */
export function needsMore(window: LineWindow, drawn: Drawn, total: number, view: Viewport): boolean {
  const space = BESIDE * LINE_PX * 0.4
  const isNearTop = view.scroll < drawn.top + space && window.first > 1
  const isNearEnd = view.scroll + view.height > drawn.top + drawn.height - space && window.last < total
  return isNearTop || isNearEnd
}

/** Whether nothing of what is drawn is seen: the scroll bar was dragged away. */
export function isBeside(drawn: Drawn, view: Viewport): boolean {
  return view.scroll + view.height <= drawn.top || view.scroll >= drawn.top + drawn.height
}

function lastFirst(total: number, viewHeight: number): number {
  return Math.max(1, total - Math.floor(viewHeight / LINE_PX) + 1)
}
