// Runs as rows: where each stands, what it was for, who started it, when, for how long.
import { addresses } from '@/lib/addresses'
import type { ResourceOf } from '@/api/query'
import { Icon } from '@/ui/icon'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Duration, Time } from '@/ui/time'
import { Who } from '@/ui/who'
import { operationOf } from '../run/phases'
import { CommitLine } from '../run/commit-facts'
import { isFinal, isForPerson } from '../run/queries'
import styles from './list.module.css'

export type RunRow = ResourceOf<'Run'> & { readonly workspaceName: string | null }

interface RunsTableProps {
  organization: string
  rows: readonly RunRow[] | undefined
  isStale: boolean
  /** Of one workspace: its name is not repeated. */
  hasWorkspace: boolean
  empty: React.ReactNode
}

export function RunsTable({ organization, rows, isStale, hasWorkspace, empty }: RunsTableProps) {
  return (
    <Table
      label="Runs"
      columns={columns(organization, rows?.some(({ attributes }) => attributes.commit) ?? false).filter((column) => hasWorkspace || column.key !== 'workspace')}
      rows={rows}
      rowKey={(row) => row.id}
      rowTo={(row) => addressOf(organization, row)}
      isStale={isStale}
      empty={empty}
      expected={12}
    />
  )
}

const addressOf = (organization: string, row: RunRow) => addresses.run(organization, row.workspaceName ?? '-', row.id)

function columns(organization: string, hasCommits: boolean): readonly Column<RunRow>[] {
  return [
    { key: 'status', title: 'Status', width: '164px', narrow: 'second', cell: (row) => <Status of="run" value={row.attributes.status} /> },
    {
      key: 'title',
      title: 'Run',
      isWide: true,
      narrow: 'first',
      cell: (row) => (
        <Link to={addressOf(organization, row)} look="name" title={row.id}>
          {row.attributes.message || operationOf(row)}
        </Link>
      ),
    },
    {
      key: 'workspace',
      title: 'Workspace',
      narrow: 'second',
      cell: (row) =>
        row.workspaceName ? (
          <Link to={addresses.workspace(organization, row.workspaceName)} look="plain">
            {row.workspaceName}
          </Link>
        ) : null,
    },
    {
      key: 'operation',
      title: 'Kind',
      from: hasCommits ? 1520 : 1240,
      cell: (row) => (
        <span className={styles.kind}>
          {row.attributes['is-destroy'] && <Icon name="trash" size={14} tone="danger" />}
          {operationOf(row)}
        </span>
      ),
    },
    ...(hasCommits
      ? [{ key: 'commit', title: 'Commit', from: 1240 as const, cell: (row: RunRow) => (row.attributes.commit ? <CommitLine organization={organization} commit={row.attributes.commit} /> : null) }]
      : []),
    { key: 'by', title: 'Who', from: 1024, cell: (row) => <Who name={row.attributes['started-by'] ?? 'Slipway'} /> },
    { key: 'took', title: 'Took', align: 'end', from: 1024, width: '104px', cell: (row) => <Took row={row} /> },
    { key: 'started', title: 'Started', align: 'end', width: '96px', narrow: 'end', cell: (row) => <Time at={row.attributes['created-at']} form="short" /> },
  ]
}

function Took({ row }: { row: RunRow }) {
  const { status, 'created-at': from, 'status-timestamps': times } = row.attributes
  const last = Object.values(times).sort().at(-1) ?? from
  if (isForPerson(status)) return <span className={styles.quiet}>waits</span>
  return isFinal(status) ? <Duration from={from} to={last} /> : <Duration from={from} isStopwatch />
}
