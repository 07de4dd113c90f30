// A sheet from the side: what belongs to the page but would push it away; the navigation where it is narrow.
import { lazy, type ReactNode, Suspense } from 'react'

// Fetched when the first one opens: no page needs it to be shown.
const Floating = lazy(() => import('./floating/drawer'))

export interface DrawerProps {
  isOpen: boolean
  onClose: () => void
  title: ReactNode
  children: ReactNode
  side?: 'left' | 'right'
  /** 256 px, 480 or 720. */
  size?: 'sm' | 'md' | 'lg'
  /** Its title only for screen readers, without a head. */
  isBare?: boolean
}

/** Takes the focus, keeps it, and gives it back. */
export function Drawer(props: DrawerProps) {
  if (!props.isOpen) return null
  return (
    <Suspense>
      <Floating {...props} />
    </Suspense>
  )
}
