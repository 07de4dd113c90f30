// One question above the page: to destroy, to lose work, to ask for one thing.
import { lazy, type ReactNode, Suspense } from 'react'

// Fetched when the first one opens: no page needs it to be shown.
const Floating = lazy(() => import('./floating/dialog'))

export interface DialogProps {
  isOpen: boolean
  /** Escape, and a press beside it. */
  onClose: () => void
  /** The question. */
  title: ReactNode
  children: ReactNode
  /** Buttons; the one that does it last. Forms bring their own. */
  footer?: ReactNode
  /** 460 px, 640 or 880. */
  size?: 'sm' | 'md' | 'lg'
}

/** Takes the focus, keeps it, and gives it back. To confirm something take `ConfirmDialog`. */
export function Dialog(props: DialogProps) {
  if (!props.isOpen) return null
  return (
    <Suspense>
      <Floating {...props} />
    </Suspense>
  )
}
