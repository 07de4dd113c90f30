// The line of a log that the address links to, `#L120`.
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'

/** Which line it is, and how to link to another one. */
export function useLinkedLine(): readonly [line: number | null, link: (line: number | null) => void] {
  const navigate = useNavigate()
  const line = lineOf(useLocation({ select: (location) => location.hash }))
  const link = useCallback(
    (to: number | null) =>
      void navigate({ to: '.', search: true as never, hash: to === null ? '' : `L${to}`, replace: true, resetScroll: false, hashScrollIntoView: false }),
    [navigate],
  )
  return [line, link]
}

/** The number in `#L120`. */
function lineOf(hash: string): number | null {
  const [, digits] = /^#?L(\d{1,9})$/.exec(hash) ?? []
  return digits === undefined ? null : Math.max(1, Number(digits))
}
