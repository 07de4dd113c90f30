// A sentence that appears beside what the pointer or the focus is on.
import '@mantine/core/styles/Tooltip.layer.css'
import { Tooltip as MantineTooltip } from '@mantine/core'
import type { ReactElement, ReactNode } from 'react'
import styles from './tooltip.module.css'

interface TooltipProps {
  /** What it says; nothing is shown without it. */
  text: ReactNode
  /** One element that takes a ref. */
  children: ReactElement
  side?: 'top' | 'bottom' | 'left' | 'right'
}

/** Explains `children`. Never the only place of something that must be known: it does not exist on a phone. */
export function Tooltip({ text, children, side = 'bottom' }: TooltipProps) {
  if (!text) return children
  return (
    <MantineTooltip
      label={text}
      position={side}
      offset={6}
      openDelay={250}
      events={{ hover: true, focus: true, touch: true }}
      withinPortal
      multiline
      classNames={{ tooltip: styles.tooltip ?? '' }}
      transitionProps={{ duration: 90 }}
    >
      {children}
    </MantineTooltip>
  )
}
