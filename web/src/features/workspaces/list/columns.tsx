// The columns of the list.
import { addresses } from '@/lib/addresses'
import { count } from '@/lib/numbers'
import { Icon } from '@/ui/icon'
import { Link } from '@/ui/link'
import { Row } from '@/ui/layout'
import { Status } from '@/ui/status'
import { workspaceStatus } from '@/ui/status-list'
import type { Column } from '@/ui/table'
import { KeyTag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { isHeldByRun } from '../lock'
import { ProjectName } from '../project-name'
import { related, type WorkspaceRow } from '../queries'
import styles from './list.module.css'

export function columns(organization: string): readonly Column<WorkspaceRow>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      sort: 'name',
      isFixed: true,
      narrow: 'first',
      cell: (row) => (
        <span className={styles.name}>
          <Link to={addresses.workspace(organization, row.attributes.name)} look="name">
            {row.attributes.name}
          </Link>
          {row.attributes.locked && !isHeldByRun(row) && <Icon name="lock" size={12} label="Locked" />}
        </span>
      ),
    },
    { key: 'status', title: 'Status', isFixed: true, isWide: true, narrow: 'second', cell: (row) => <StatusCell row={row} /> },
    {
      key: 'description',
      title: 'Description',
      isWide: true,
      from: 1520,
      cell: ({ attributes }) => (
        <Text level={3} {...(attributes.description && { title: attributes.description })}>
          {attributes.description ?? ''}
        </Text>
      ),
    },
    {
      key: 'project',
      title: 'Project',
      from: 1024,
      cell: (row) => (
        <Text level={2}>
          <ProjectName id={related(row, 'project')} organization={organization} />
        </Text>
      ),
    },
    {
      key: 'resources',
      title: 'Resources',
      align: 'end',
      cell: ({ attributes }) => (
        <Text level={2}>{attributes['latest-run-status'] || attributes['resource-count'] > 0 ? count(attributes['resource-count']) : '–'}</Text>
      ),
    },
    {
      key: 'tags',
      title: 'Tags',
      from: 1240,
      cell: ({ attributes }) => (
        <Row gap={1}>
          {attributes.tags.slice(0, 3).map(({ key, value }) => (
            <KeyTag key={key} name={key} value={value} />
          ))}
          {attributes.tags.length > 3 && <Text level={3}>+{attributes.tags.length - 3}</Text>}
        </Row>
      ),
    },
    {
      key: 'engine',
      title: 'Engine',
      isExtra: true,
      cell: ({ attributes }) => (
        <Text level={2} isMono>
          {attributes['terraform-version']}
        </Text>
      ),
    },
    {
      key: 'created',
      title: 'Created',
      sort: 'created-at',
      isDescendingFirst: true,
      align: 'end',
      isExtra: true,
      cell: ({ attributes }) => (
        <Text level={3}>
          <Time at={attributes['created-at']} form="short" />
        </Text>
      ),
    },
    {
      key: 'changed',
      title: 'Changed',
      sort: 'latest-change-at',
      isDescendingFirst: true,
      align: 'end',
      narrow: 'end',
      cell: ({ attributes }) => (
        <Text level={3}>
          <Time at={attributes['latest-change-at']} form="short" />
        </Text>
      ),
    },
  ]
}

function StatusCell({ row }: { row: WorkspaceRow }) {
  const { attributes } = row
  const status = workspaceStatus(attributes['latest-run-status'])
  if (!attributes.locked || isHeldByRun(row)) return <Status of="workspace" value={status} />
  return <Status of="workspace" value={status} detail={lockWords(attributes)} />
}

/** `Locked by sam: key ceremony`. */
export function lockWords(attributes: WorkspaceRow['attributes']): string {
  const reason = attributes['lock-reason'] ? `: ${attributes['lock-reason']}` : ''
  return `Locked by ${attributes['locked-by'] ?? 'somebody'}${reason}`
}
