// How many workspaces stand where: a line in their proportions, and the numbers, which filter the list.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { count } from '@/lib/numbers'
import { classes } from '@/ui/classes'
import { Icon } from '@/ui/icon'
import { filtersOf, type ListSearch, searchQuery } from './search'
import { countOf, filterOf, STANDINGS } from './standing'
import styles from './summary.module.css'

/** The numbers for these filters. */
export const summary = (organization: string, search: ListSearch) =>
  get('/api/v2/organizations/{organization}/workspaces-summary', { params: { path: { organization }, query: searchQuery(search) } })

export function Summary({ organization, search }: { organization: string; search: ListSearch }) {
  // The status is what is chosen here: the numbers of the others stay.
  const { data } = useQuery({ ...summary(organization, { ...search, status: undefined }), placeholderData: keepPreviousData })
  const counts = data?.data.attributes
  // Its place is kept while the numbers are on their way; with one workspace or none there is nothing to compare.
  if (counts && counts.total < 2) return null
  const shown = STANDINGS.map((standing) => ({ standing, number: countOf(standing.statuses, counts?.['by-status'] ?? {}) }))
  const present = shown.filter(({ number }) => number > 0)
  return (
    <div className={styles.summary}>
      <div className={styles.track} aria-hidden>
        {present.map(({ standing, number }) => (
          <i key={standing.word} className={styles[classOf(standing.icon)]} style={{ flexGrow: number }} />
        ))}
      </div>
      <ul className={styles.keys} aria-label="Where they stand">
        {present.map(({ standing, number }) => {
          const isChosen = search.status === filterOf(standing)
          const filters = { ...filtersOf(search), status: isChosen ? undefined : filterOf(standing) }
          return (
            <li key={standing.word}>
              <Link
                to={addresses.workspaces(organization)}
                search={filters as never}
                className={classes(styles.key, isChosen && styles.chosen)}
                aria-current={isChosen ? 'true' : undefined}
                resetScroll={false}
              >
                <Icon name={standing.icon} size={14} tone={standing.tone} />
                <b>{count(number)}</b> {number === 1 ? standing.counted.replace(/^need /, 'needs ') : standing.counted}
              </Link>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

/** The colours of the line; neutral ones differ from each other. */
function classOf(icon: string): string {
  return icon === 'ok' ? 'rest' : icon
}
