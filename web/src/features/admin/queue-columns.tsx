// The columns of the list of work items.
import { addresses } from '@/lib/addresses'
import { IconButton } from '@/ui/button'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Menu } from '@/ui/menu'
import { Status } from '@/ui/status'
import type { StatusWord } from '@/ui/status-list'
import type { Column } from '@/ui/table'
import { Facts, Text } from '@/ui/text'
import { Time } from '@/ui/time'
import type { Decision } from './queue-decision'
import { organizationOf, runOf, titleOf, type WorkItem, whyNotDecided } from './queue-words'
import styles from './queue.module.css'

export function queueColumns(onDecide: (item: WorkItem, decision: Decision) => void): readonly Column<WorkItem>[] {
  return [
    { key: 'what', title: 'Work', isWide: true, narrow: 'first', cell: (item) => <What item={item} /> },
    {
      key: 'state',
      title: 'State',
      narrow: 'second',
      cell: ({ attributes }) => (
        <Status of="work" value={(attributes['is-silent'] ? 'silent' : attributes.state) as StatusWord<'work'>} />
      ),
    },
    {
      key: 'attempt',
      title: 'Attempt',
      align: 'end',
      from: 1024,
      cell: ({ attributes }) => (
        <Text level={2}>
          {attributes.attempt} of {attributes['max-attempts']}
        </Text>
      ),
    },
    { key: 'organization', title: 'Organization', from: 1240, cell: (item) => <Organization item={item} /> },
    {
      key: 'queued',
      title: 'Queued',
      align: 'end',
      from: 1024,
      cell: ({ attributes }) => (
        <Text level={3}>
          <Time at={attributes['created-at']} form="short" />
        </Text>
      ),
    },
    { key: 'more', title: '', align: 'end', narrow: 'end', cell: (item) => <More item={item} onDecide={onDecide} /> },
  ]
}

/** What it does, about what and by whom; the reason below is whole, because it is what somebody comes for. */
function What({ item }: { item: WorkItem }) {
  const { kind, subject, pool, 'last-error': reason, state } = item.attributes
  const [run, organization] = [runOf(item), organizationOf(item)]
  return (
    <div className={styles.what}>
      <Stack gap={1}>
        <Text isStrong title={kind}>
          {titleOf(item)}
        </Text>
        <Text isSmall level={3}>
          <Facts>
            {[
              <Text key="subject" isMono isSmall level={3}>
                {run && organization ? <Link to={addresses.runById(organization, run)}>{run}</Link> : subject}
              </Text>,
              pool === 'server' ? 'by the server' : `by ${pool}`,
            ]}
          </Facts>
        </Text>
        {reason && state !== 'done' && (
          <Text isSmall level={2}>
            {reason}
          </Text>
        )}
      </Stack>
    </div>
  )
}

function Organization({ item }: { item: WorkItem }) {
  const name = organizationOf(item)
  return name ? <Link to={addresses.organization(name)}>{name}</Link> : <Text level={3}>the site</Text>
}

function More({ item, onDecide }: { item: WorkItem; onDecide: (item: WorkItem, decision: Decision) => void }) {
  const disabledReason = whyNotDecided(item)
  return (
    <Menu
      trigger={<IconButton icon="more" label={`More for ${titleOf(item)} ${item.attributes.subject}`} />}
      groups={[
        {
          items: [
            { title: 'Try again…', icon: 'refresh', onSelect: () => onDecide(item, 'retry'), disabledReason },
            { title: 'Drop…', icon: 'trash', isDanger: true, onSelect: () => onDecide(item, 'drop'), disabledReason },
          ],
        },
      ]}
    />
  )
}
