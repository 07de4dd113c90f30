// The workspaces of a repository that a commit concerns, with what it would start in each and why.
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { LinkButton } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import type { StatusWord } from '@/ui/status-list'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import styles from '../repositories.module.css'

type Affected = ResourceOf<'AffectedWorkspace'>

interface AffectedTableProps {
  organization: string
  repository: string
  /** Undefined while they are on their way. */
  rows: readonly Affected[] | undefined
}

export function AffectedTable({ organization, repository, rows }: AffectedTableProps) {
  return (
    <Table
      label="Workspaces that it concerns"
      rows={rows}
      rowKey={({ id }) => id}
      rowTo={({ attributes }) => addresses.workspace(organization, attributes.name)}
      columns={columns(organization)}
      isOff={({ attributes }) => attributes.starts === 'nothing'}
      expected={3}
      empty={
        <EmptyState
          title="It would start nothing"
          action={
            <LinkButton to={addresses.newWorkspaceFromRepository(organization)} search={{ repository }}>
              New workspaces
            </LinkButton>
          }
        >
          No workspace that you may see comes from this repository, or none of its files concerns one.
        </EmptyState>
      }
    />
  )
}

function columns(organization: string): readonly Column<Affected>[] {
  return [
    {
      key: 'workspace',
      title: 'Workspace',
      narrow: 'first',
      cell: ({ attributes }) => (
        <Link to={addresses.workspace(organization, attributes.name)} look="name">
          {attributes.name}
        </Link>
      ),
    },
    {
      key: 'directory',
      title: 'Directory',
      from: 1024,
      cell: ({ attributes }) => (
        <Text isMono level={2}>
          {attributes['working-directory'] || 'the top'}
        </Text>
      ),
    },
    {
      key: 'starts',
      title: 'Starts',
      narrow: 'second',
      cell: ({ attributes }) => <Status of="start" value={attributes.starts as StatusWord<'start'>} />,
    },
    {
      key: 'reason',
      title: 'Why',
      isWide: true,
      narrow: 'second',
      cell: ({ attributes }) => (
        <span className={styles.reason}>
          <Text level={2}>{attributes.reason}</Text>
        </span>
      ),
    },
  ]
}
