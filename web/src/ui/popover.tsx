// A small panel at a button, with inputs in it.
import { cloneElement, lazy, type ReactElement, type ReactNode, Suspense, useRef, useState } from 'react'

const load = () => import('./floating/panel')
const Panel = lazy(load)

interface PopoverProps {
  /** What is in it, for screen readers. */
  label: string
  /** A `Button`, an `IconButton`, or a button of one's own. */
  trigger: ReactElement
  /** A function gets how to close it. */
  children: ReactNode | ((close: () => void) => ReactNode)
  align?: 'start' | 'end'
}

/** Opens below `trigger`, keeps the focus inside, closes with Escape. For a list of actions take `Menu`. */
export function Popover({ label, trigger, children, align = 'end' }: PopoverProps) {
  const [isOpen, setOpen] = useState(false)
  const anchor = useRef<HTMLElement>(null)
  const close = () => setOpen(false)
  return (
    <>
      {cloneElement(trigger as ReactElement<object>, {
        ref: anchor,
        onClick: () => setOpen(!isOpen),
        onPointerEnter: () => void load(),
        'aria-haspopup': 'dialog',
        'aria-expanded': isOpen,
      } as object)}
      {isOpen && (
        <Suspense>
          <Panel anchor={anchor} role="dialog" label={label} align={align} onClose={close}>
            {typeof children === 'function' ? children(close) : children}
          </Panel>
        </Suspense>
      )}
    </>
  )
}
