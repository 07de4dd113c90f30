// What stands in place of a page: while it loads, when it fails, when it is not there.
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { useQueryErrorResetBoundary } from '@tanstack/react-query'
import { ErrorPage } from '@/ui/error-page'
import { ApiError, toApiError } from '@/api/errors'
import { PageSkeleton } from '@/ui/skeleton'
import { Wordmark } from './wordmark'
import styles from './outcomes.module.css'

/** The page is on its way for more than 150 ms. */
export function PagePending() {
  return <PageSkeleton />
}

/** The page, or what it needs, failed. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const queries = useQueryErrorResetBoundary()
  const again = () => {
    queries.reset()
    reset()
    void router.invalidate()
  }
  return <ErrorPage error={toApiError(error)} onRetry={again} />
}

/** Not even the frame could be shown: nobody knows who is signed in. */
export function AloneError(props: ErrorComponentProps) {
  return (
    <div className={styles.alone}>
      <Wordmark />
      <PageError {...props} />
    </div>
  )
}

/** There is no page at this address. */
export function PageMissing() {
  const detail = 'There is no page at this address. It may have been deleted, or the link is cut.'
  return <ErrorPage error={new ApiError(404, 'not-found', 'Nothing here', detail)} />
}
