// What happens in the organization, as it happens, and what happened before.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { useConnection, useLive } from '@/api/events'
import { get, type ResourceOf, stale } from '@/api/query'
import { useNow } from '@/lib/now'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { PageHead } from '@/ui/page-head'
import { EventList } from './event-list'
import { Export } from './export'
import { FILTERS } from './filters'
import { type ActivitySearch, commandOf, filtersOf, parseActivity } from './search'
import styles from './activity.module.css'

const ON_A_PAGE = 50
const GATHER_MS = 150

export default function Activity() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  const [search, change] = useSearchState(parseActivity)
  const now = useNow(60_000)
  const isNewest = search.after === undefined && search.to === undefined
  const live = useLiveList(isNewest)
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...get('/api/v2/organizations/{organization}/events', {
      params: {
        path: { organization },
        query: { 'page[size]': ON_A_PAGE, ...filtersOf(search, now), ...(search.after && { 'page[after]': search.after }) },
      },
    }),
    placeholderData: (before) => before,
  })
  const events = data?.data as readonly ResourceOf<'Event'>[] | undefined
  const next = data?.meta?.pagination['next-after']
  const isFiltered = Object.keys(filtersOf(search, now)).length > 0
  const set = (changes: Partial<ActivitySearch>) => void change({ ...changes, after: undefined, event: undefined })
  return (
    <>
      <PageHead
        title="Activity"
        meta={search.object ? `The history of ${search.object}.` : 'Every change, and every read of a secret: who, what, when, from where.'}
        actions={<Export organization={organization} refusal={allowed.refusal('event.export')} />}
      />
      <FilterBar
        filters={FILTERS}
        values={{ ...search, after: undefined, event: undefined }}
        text={{ name: 'q', placeholder: 'Name, id or action' }}
        onChange={(changes) => set(changes as Partial<ActivitySearch>)}
        end={isNewest ? <LiveSwitch {...live} /> : undefined}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <EventList
          events={events}
          organization={organization}
          isStale={isPlaceholderData}
          open={search.event}
          onOpen={(event) => void change({ event }, { replace: true })}
          empty={
            <EmptyState
              title={isFiltered ? 'Nothing like that happened' : 'Nothing happened yet'}
              command={<Command text={commandOf(search, now)} />}
            >
              {isFiltered ? 'No event matches all filters. Remove one, or look further back.' : 'What anybody does here appears by itself.'}
            </EmptyState>
          }
        />
      )}
      <nav className={styles.pages} aria-label="Pages">
        <Button size="sm" disabledReason={search.after ? null : 'These are the newest.'} onClick={() => void change({ after: undefined })}>
          Newest
        </Button>
        <Button
          size="sm"
          end="chevron-right"
          disabledReason={next ? null : 'Nothing is older.'}
          onClick={() => void change({ after: next ?? undefined, event: undefined })}
        >
          Older
        </Button>
      </nav>
      {events && events.length > 0 && <Command text={commandOf(search, now)} />}
    </>
  )
}

interface Live {
  readonly isHeld: boolean
  /** Events that came while it was held. */
  readonly missed: number
  readonly hold: (isHeld: boolean) => void
}

/** Reads the newest page again when something happens, unless it is held. */
function useLiveList(isNewest: boolean): Live {
  const queries = useQueryClient()
  const [isHeld, setHeld] = useState(false)
  const [missed, setMissed] = useState(0)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const read = () => void queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/events') })
  useLive(() => {
    if (isHeld) setMissed((before) => before + 1)
    if (isHeld || !isNewest) return
    clearTimeout(timer.current)
    timer.current = setTimeout(read, GATHER_MS)
  })
  useEffect(() => () => clearTimeout(timer.current), [])
  const hold = (next: boolean) => {
    setHeld(next)
    setMissed(0)
    if (!next) read()
  }
  return { isHeld, missed, hold }
}

function LiveSwitch({ isHeld, missed, hold }: Live) {
  const connection = useConnection()
  if (isHeld) {
    return (
      <Button size="sm" icon="run" onClick={() => hold(false)}>
        Go on{missed > 0 && ` (${missed} new)`}
      </Button>
    )
  }
  const isLive = connection === 'live'
  return (
    <span className={styles.live}>
      <span className={isLive ? styles.on : styles.waiting} role="status">
        {isLive ? 'Live' : 'Connecting'}
      </span>
      <Button size="sm" look="quiet" icon="pause" onClick={() => hold(true)}>
        Hold
      </Button>
    </span>
  )
}
