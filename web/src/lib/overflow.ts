// Whether an element scrolls sideways: then the keyboard has to reach it too.
import { type RefObject, useLayoutEffect, useRef, useState } from 'react'

/** For the element that may scroll, whose only child is what may be wider; and whether it is. */
export function useOverflow<E extends HTMLElement>(): [RefObject<E | null>, boolean] {
  const frame = useRef<E>(null)
  const [isWider, setWider] = useState(false)
  useLayoutEffect(() => {
    const { current } = frame
    if (!current) return
    const measure = () => setWider(current.scrollWidth > current.clientWidth)
    const observer = new ResizeObserver(measure)
    observer.observe(current)
    if (current.firstElementChild) observer.observe(current.firstElementChild)
    return () => observer.disconnect()
  }, [])
  return [frame, isWider]
}
