// A whole page that could not be shown: what happened and what to do.
import type { ApiError } from '@/api/errors'
import { Button, LinkButton } from './button'
import { Icon, type IconName } from './icon'
import { PageHead } from './page-head'
import styles from './error-page.module.css'

interface ErrorPageProps {
  error: ApiError
  /** Tries again; offered where that can help. */
  onRetry?: () => void
}

/** Replaces the page. For a part of a page take `ErrorNotice`. */
export function ErrorPage({ error, onRetry }: ErrorPageProps) {
  // Without a session the browser is on its way to the sign-in page.
  if (error.status === 401) return null
  const { title, icon } = headline(error)
  return (
    <div className={styles.page}>
      <Icon name={icon} />
      <PageHead title={title} />
      <p>{error.message}</p>
      {error.requestId && (
        <p className={styles.request}>
          Request <code>{error.requestId}</code>
        </p>
      )}
      <div className={styles.actions}>
        {onRetry && error.status !== 404 && error.status !== 403 && (
          <Button look="primary" icon="refresh" onClick={onRetry}>
            Try again
          </Button>
        )}
        <LinkButton to="/app">Start page</LinkButton>
      </div>
    </div>
  )
}

function headline(error: ApiError): { title: string; icon: IconName } {
  if (error.code === 'offline') return { title: 'The server does not answer', icon: 'drift' }
  if (error.status === 404) return { title: 'Nothing here', icon: 'never' }
  if (error.status === 403) return { title: 'Not for you', icon: 'lock' }
  if (error.status >= 500) return { title: 'The server failed', icon: 'failed' }
  return { title: error.title, icon: 'warning' }
}
