// What somebody must know on this page: what happened, and what to do.
import type { ReactNode } from 'react'
import type { ApiError } from '@/api/errors'
import { Button } from './button'
import { classes } from './classes'
import { Icon, type IconName } from './icon'
import styles from './alert.module.css'

type AlertTone = 'info' | 'warning' | 'danger' | 'success' | 'neutral'

const ICONS: Record<AlertTone, IconName> = {
  info: 'info',
  warning: 'warning',
  danger: 'failed',
  success: 'ok',
  neutral: 'info',
}

interface AlertProps {
  tone?: AlertTone
  /** What happened. */
  title: ReactNode
  /** What it means and what to do. */
  children?: ReactNode
  /** One small button or link. */
  action?: ReactNode
  icon?: IconName
}

/** Stands where it matters, above what it is about. */
export function Alert({ tone = 'info', title, children, action, icon }: AlertProps) {
  return (
    <div className={classes(styles.alert, styles[tone])} role={tone === 'danger' ? 'alert' : 'status'}>
      <Icon name={icon ?? ICONS[tone]} />
      <div className={styles.text}>
        <strong>{title}</strong>
        {children && <div className={styles.more}>{children}</div>}
      </div>
      {action && <div className={styles.action}>{action}</div>}
    </div>
  )
}

/** A part of a page that could not be read; the rest stands. */
export function ErrorNotice({ error, onRetry }: { error: ApiError; onRetry?: () => void }) {
  if (error.status === 401) return null
  const retry = onRetry && (
    <Button size="sm" icon="refresh" onClick={onRetry}>
      Try again
    </Button>
  )
  return (
    <Alert tone="danger" title={error.title} action={retry}>
      {error.message}
      {error.requestId && (
        <>
          {' '}
          Request <code>{error.requestId}</code>.
        </>
      )}
    </Alert>
  )
}
