// A small panel at a button, with inputs in it.
import '@mantine/core/styles/Popover.layer.css'
import { Popover as MantinePopover } from '@mantine/core'
import { cloneElement, type MouseEventHandler, type ReactElement, type ReactNode, useState } from 'react'
import styles from './popover.module.css'

interface PopoverProps {
  /** What is in it, for screen readers. */
  label: string
  /** A `Button` or an `IconButton`. */
  trigger: ReactElement<{ onClick?: MouseEventHandler }>
  /** A function gets how to close it. */
  children: ReactNode | ((close: () => void) => ReactNode)
  align?: 'start' | 'end'
}

/** Opens below `trigger`, keeps the focus inside, closes with Escape. For a list of actions take `Menu`. */
export function Popover({ label, trigger, children, align = 'end' }: PopoverProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <MantinePopover
      opened={isOpen}
      onChange={setOpen}
      position={align === 'end' ? 'bottom-end' : 'bottom-start'}
      offset={4}
      trapFocus
      returnFocus
      transitionProps={{ duration: 90, transition: 'fade' }}
      classNames={{ dropdown: styles.popover ?? '' }}
    >
      <MantinePopover.Target>{cloneElement(trigger, { onClick: () => setOpen(!isOpen) })}</MantinePopover.Target>
      <MantinePopover.Dropdown aria-label={label}>
        {typeof children === 'function' ? children(() => setOpen(false)) : children}
      </MantinePopover.Dropdown>
    </MantinePopover>
  )
}
