// Events, newest first, by day.
import type { ReactNode } from 'react'
import type { ResourceOf } from '@/api/query'
import { Skeleton } from '@/ui/skeleton'
import { useNoticed } from '@/lib/delayed'
import { classes } from '@/ui/classes'
import { EventRow } from './event-row'
import styles from './activity.module.css'

interface EventListProps {
  /** Undefined while they are on their way. */
  events: readonly ResourceOf<'Event'>[] | undefined
  organization: string
  isStale: boolean
  /** Id of the event whose details are shown. */
  open: string | undefined
  onOpen: (event: string | undefined) => void
  empty: ReactNode
}

export function EventList({ events, organization, isStale, open, onOpen, empty }: EventListProps) {
  const isPale = useNoticed(isStale)
  const isLate = useNoticed(events === undefined)
  if (!events) return isLate ? <Waiting /> : null
  if (events.length === 0) return empty
  return (
    <div className={classes(isPale && styles.stale)}>
      {byDay(events).map(({ day, events: those }) => (
        <section key={day} className={styles.day}>
          <h2>{day}</h2>
          <ol>
            {those.map((event) => (
              <EventRow
                key={event.id}
                event={event}
                organization={organization}
                isOpen={event.id === open}
                onToggle={() => onOpen(event.id === open ? undefined : event.id)}
              />
            ))}
          </ol>
        </section>
      ))}
    </div>
  )
}

function Waiting() {
  return (
    <div className={styles.skeleton} aria-busy="true">
      {['72%', '64%', '80%', '58%', '76%', '68%'].map((width) => (
        <Skeleton key={width} width={width} />
      ))}
    </div>
  )
}

interface Day {
  readonly day: string
  readonly events: ResourceOf<'Event'>[]
}

/** Consecutive events of one day of the browser's calendar. */
function byDay(events: readonly ResourceOf<'Event'>[]): readonly Day[] {
  const format = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
  const days: Day[] = []
  for (const event of events) {
    const day = format.format(Date.parse(event.attributes['created-at']))
    const last = days.at(-1)
    if (last?.day === day) last.events.push(event)
    else days.push({ day, events: [event] })
  }
  return days
}
