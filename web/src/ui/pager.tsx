// Where a list stands, and its pages before and after.
import { total } from '@/lib/numbers'
import type { Schema } from '@/api/query'
import { Button, ButtonGroup } from './button'
import styles from './pager.module.css'

interface PagerProps {
  /** `document.meta` of a list. */
  meta: Schema<'ListMeta'> | null | undefined
  /** Rows on this page. */
  shown: number
  onPage: (page: number) => void
}

/** Nothing while everything is on one page. */
export function Pager({ meta, shown, onPage }: PagerProps) {
  const pagination = meta?.pagination
  if (!pagination) return null
  const { 'current-page': page, 'page-size': size, 'next-page': next, 'prev-page': before } = pagination
  if (!next && page <= 1) return null
  const first = (page - 1) * size + 1
  return (
    <nav className={styles.pager} aria-label="Pages">
      <span>
        {shown === 0 ? 'Nothing on this page' : `${first}–${first + shown - 1}`} of {total(pagination['total-count'])}
      </span>
      <ButtonGroup>
        <Button
          size="sm"
          icon="chevron-left"
          disabledReason={page <= 1 ? 'This is the first page.' : null}
          onClick={() => onPage(before ?? page - 1)}
        >
          Previous
        </Button>
        <Button
          size="sm"
          end="chevron-right"
          disabledReason={next ? null : 'This is the last page.'}
          onClick={() => onPage(next ?? page)}
        >
          Next
        </Button>
      </ButtonGroup>
    </nav>
  )
}
