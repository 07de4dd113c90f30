// News that the page does not show by itself: "Moved 3 workspaces to shop." They leave after a while; errors stay.
import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react'
import { Button, IconButton } from './button'
import { Icon, type IconName } from './icon'
import { toApiError } from '@/api/errors'
import styles from './toast.module.css'

export interface Toast {
  readonly text: string
  readonly tone?: 'success' | 'danger' | 'info'
  /** One thing to do about it: Undo, Open. */
  readonly action?: { readonly text: string; readonly onPress: () => void }
}

interface Shown extends Toast {
  readonly id: number
}

const SHOWN_MS = 6_000
const ICONS: Record<NonNullable<Toast['tone']>, IconName> = { success: 'ok', danger: 'failed', info: 'info' }

let toasts: readonly Shown[] = []
let next = 1
const watchers = new Set<() => void>()

function change(to: readonly Shown[]) {
  toasts = to
  for (const watcher of watchers) watcher()
}

/** Shows it. Only for what the page does not show already; a failed form says so itself. */
export function toast(news: Toast) {
  change([...toasts.slice(-3), { ...news, id: next++ }])
}

/** Shows what failed that has no place of its own on the page ("The log was not downloaded."), and why. */
export function toastError(thrown: unknown, what: string) {
  const error = toApiError(thrown)
  if (error.status === 401) return
  const request = error.requestId && error.status >= 500 ? ` Request ${error.requestId}.` : ''
  toast({ tone: 'danger', text: `${what} ${error.message}${request}` })
}

const close = (id: number) => change(toasts.filter((toast) => toast.id !== id))

/** Where they appear; once, in the shell. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => toasts,
  )
  return (
    <div className={styles.toasts} role="region" aria-label="News" aria-live="polite">
      {shown.map((toast) => (
        <ToastCard key={toast.id} toast={toast} onClose={() => close(toast.id)} />
      ))}
    </div>
  )
}

/** One of them; also for showing how they look. */
export function ToastCard({ toast, onClose }: { toast: Toast; onClose: () => void }) {
  const { text, tone = 'success', action } = toast
  const [isHeld, setHeld] = useState(false)
  const leave = useEffectEvent(onClose)
  useEffect(() => {
    if (isHeld || tone === 'danger') return
    const timer = setTimeout(() => leave(), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [isHeld, tone])
  return (
    <div
      className={styles.toast}
      role={tone === 'danger' ? 'alert' : 'status'}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon name={ICONS[tone]} tone={tone} />
      <span className={styles.text}>{text}</span>
      {action && (
        <Button
          look="quiet"
          size="sm"
          onClick={() => {
            action.onPress()
            onClose()
          }}
        >
          {action.text}
        </Button>
      )}
      <IconButton icon="close" label="Close" onClick={onClose} />
    </div>
  )
}
