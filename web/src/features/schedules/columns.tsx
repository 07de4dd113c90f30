// The columns of lists of schedules.
import { related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { objectWord } from '@/lib/objects'
import { Button } from '@/ui/button'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import type { Column } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import type { Schedule } from './queries'
import styles from './schedules.module.css'
import { actionWord } from './words'

interface Handlers {
  readonly organization: string
  /** In the list of an organization each says where it is. */
  readonly hasObjects: boolean
  readonly onOpen: (schedule: Schedule) => void
}

export function columns({ organization, hasObjects, onOpen }: Handlers): readonly Column<Schedule>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      narrow: 'first',
      isWide: true,
      cell: (schedule) => (
        <span className={styles.name}>
          <Button look="quiet" size="sm" onClick={() => onOpen(schedule)}>
            {schedule.attributes.name}
          </Button>
          {!schedule.attributes.name.includes(schedule.attributes.words) && (
            <Text isSmall level={3}>
              {schedule.attributes.words}
            </Text>
          )}
        </span>
      ),
    },
    ...(hasObjects ? [objects(organization)] : []),
    { key: 'action', title: 'Starts', from: 1024, cell: ({ attributes }) => <Text level={2}>{actionWord(attributes.action, attributes['object-kind'])}</Text> },
    { key: 'next', title: 'Next time', narrow: 'second', cell: ({ attributes }) => <Next attributes={attributes} /> },
    {
      key: 'last',
      title: 'Last time',
      narrow: 'second',
      cell: ({ attributes: { outcomes } }) => {
        const [last] = outcomes
        return last ? <Status of="scheduled" value={last.kind} detail={<Time at={last.at} form="short" />} /> : <Text level={3}>never</Text>
      },
    },
    { key: 'as', title: 'Runs as', from: 1240, cell: ({ attributes }) => <Text level={2}>{attributes['runs-as']}</Text> },
  ]
}

function objects(organization: string): Column<Schedule> {
  return {
    key: 'object',
    title: 'Of',
    narrow: 'second',
    cell: (schedule) => {
      const { 'object-kind': kind, 'object-name': name } = schedule.attributes
      const to = homeOf(organization, kind, related(schedule, 'object'), name)
      const of = kind === 'workspace' ? '' : objectWord(kind)
      return (
        <span>
          {to ? (
            <Link to={to} look="plain">
              {name}
            </Link>
          ) : (
            <Text level={2}>{name}</Text>
          )}{' '}
          {of && <Text level={3}>{of}</Text>}
        </span>
      )
    },
  }
}

/** The page where its schedules are. */
function homeOf(organization: string, kind: string, id: string, name: string): string | null {
  if (kind === 'workspace') return addresses.workspace(organization, name, 'schedules')
  if (kind === 'executor') return addresses.executor(organization, id, 'schedules')
  return kind === 'resource' ? addresses.resource(organization, id, 'schedules') : null
}

function Next({ attributes }: Pick<Schedule, 'attributes'>) {
  const [next] = attributes['next-times']
  if (attributes.status !== 'active' || !next) return <Status of="schedule" value={attributes.status} />
  return (
    <Text level={2} title={next.local}>
      <Time at={next.at} />
    </Text>
  )
}
