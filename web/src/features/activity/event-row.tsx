// One event: when, who, what, to which object; opened, everything that is known of it.
import type { ResourceOf } from '@/api/query'
import { objectIcon } from '@/lib/objects'
import { IconButton } from '@/ui/button'
import { classes } from '@/ui/classes'
import { Icon } from '@/ui/icon'
import { Link } from '@/ui/link'
import { Time } from '@/ui/time'
import { Who } from '@/ui/who'
import { EventDetails } from './event-details'
import { actorName, sentenceOf } from './words'
import styles from './activity.module.css'

const TROUBLE = /^run\.errored$|-failed$|\.(denied|gone|unreadable|refused)$/

interface EventRowProps {
  event: ResourceOf<'Event'>
  organization: string
  isOpen: boolean
  onToggle: () => void
}

export function EventRow({ event, organization, isOpen, onToggle }: EventRowProps) {
  const { attributes } = event
  const { verb, object, to, place, end, isPassive } = sentenceOf(attributes, organization)
  const isTrouble = TROUBLE.test(attributes.action)
  return (
    <li className={classes(styles.event, isOpen && styles.open)}>
      <div className={styles.line}>
        <span className={styles.time}>
          <Time at={attributes['created-at']} form="clock" />
        </span>
        <span className={styles.actor} title={attributes['actor-id'] ?? undefined}>
          <Who name={actorName(attributes)} kind={attributes['actor-kind']} />
        </span>
        <span className={styles.what}>
          <Icon name={isTrouble ? 'failed' : objectIcon(attributes.action.startsWith('pull-request.') ? 'pull-request' : attributes['object-kind'])} tone={isTrouble ? 'danger' : 'neutral'} />
          <span className={styles.sentence}>
            {verb}{' '}
            {to ? (
              <Link to={to} look="name">
                {object}
              </Link>
            ) : (
              <strong>{object}</strong>
            )}
            {end && ` ${end}`}
            {place && (
              <>
                {' in '}
                <Link to={place.to} look="name">
                  {place.name}
                </Link>
              </>
            )}
            {isPassive && <Reason changes={attributes.changes} />}
          </span>
        </span>
        <IconButton
          icon={isOpen ? 'chevron-down' : 'chevron-right'}
          label={isOpen ? 'Hide details' : 'Show details'}
          aria-expanded={isOpen}
          onClick={onToggle}
        />
      </div>
      {isOpen && <EventDetails event={event} />}
    </li>
  )
}

/** Why it happened, where the event says it. */
function Reason({ changes }: { changes: object }) {
  const { reason, error } = changes as { reason?: unknown; error?: unknown }
  const why = reason ?? error
  return typeof why === 'string' && why !== '' ? <span className={styles.reason}>: {why}</span> : null
}
