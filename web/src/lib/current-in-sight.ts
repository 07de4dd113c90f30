// A row of links that scrolls sideways in a narrow window: the link of the page that is open stays in sight.
import { useLocation } from '@tanstack/react-router'
import { type RefObject, useEffect, useRef } from 'react'

/** For the element that scrolls. */
export function useCurrentInSight<E extends HTMLElement>(): RefObject<E | null> {
  const row = useRef<E>(null)
  const { pathname } = useLocation()
  useEffect(() => {
    const show = () => {
      const current = row.current?.querySelector('[aria-current]')
      if (!row.current || !current) return
      const around = row.current.getBoundingClientRect()
      const own = current.getBoundingClientRect()
      row.current.scrollLeft += own.left + own.width / 2 - around.left - around.width / 2
    }
    show()
    window.addEventListener('resize', show)
    return () => window.removeEventListener('resize', show)
    // Another page, another link.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [pathname])
  return row
}
