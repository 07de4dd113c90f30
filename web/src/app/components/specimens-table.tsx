// Lists: filters, tables, pages.
import { useState } from 'react'
import { Button } from '@/ui/button'
import { BulkBar } from '@/ui/bulk-bar'
import { useColumnChoice } from '@/ui/column-choice'
import { FilterBar, type FilterValues } from '@/ui/filter-bar'
import { Pager } from '@/ui/pager'
import { Panel } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { type ExampleRow, rows } from './examples'
import { Specimen } from './specimen'

const COLUMNS: readonly Column<ExampleRow>[] = [
  { key: 'name', title: 'Name', sort: 'name', narrow: 'first', isFixed: true, cell: (row) => <Text isStrong>{row.name}</Text> },
  { key: 'status', title: 'Status', sort: 'status', narrow: 'second', isWide: true, cell: (row) => <Status of="workspace" value={row.status} detail={row.detail} /> },
  { key: 'project', title: 'Project', sort: 'project', from: 1024, cell: (row) => <Text level={2}>{row.project}</Text> },
  { key: 'resources', title: 'Resources', align: 'end', cell: (row) => <Text level={2}>{row.resources}</Text> },
  {
    key: 'changed',
    title: 'Changed',
    sort: 'changed-at',
    isDescendingFirst: true,
    align: 'end',
    narrow: 'end',
    cell: (row) => (
      <Text level={3}>
        <Time at={row.changedAt} form="short" />
      </Text>
    ),
  },
]

const FILTERS = [
  {
    name: 'status',
    title: 'Status',
    isMany: true,
    options: [
      { value: 'planned', text: 'Needs confirmation' },
      { value: 'errored', text: 'Failed' },
      { value: 'applying', text: 'Applying' },
    ],
  },
  { name: 'tag', title: 'Tag', isMono: true, placeholder: 'env:prod' },
  { name: 'project', title: 'Project', options: [{ value: 'shop', text: 'shop' }, { value: 'data', text: 'data' }] },
] as const

export function TableSpecimens() {
  const [sort, setSort] = useState('-changed-at')
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set(['3']))
  const [values, setValues] = useState<FilterValues>({ status: ['planned', 'errored'], tag: 'env:prod' })
  const [page, setPage] = useState(2)
  const [shown, choice] = useColumnChoice('components', COLUMNS)
  const meta = { pagination: { 'current-page': page, 'page-size': 20, 'next-page': page < 8 ? page + 1 : null, 'prev-page': page > 1 ? page - 1 : null, 'total-pages': 8, 'total-count': 148 } }
  return (
    <>
      <Specimen
        name="Filters and tables"
        rule="Chips stand in the address. 36 px rows: rest, hover, cursor (j, k), selected, off. Numbers to the right. In a narrow window a row has two lines."
      >
        <div>
          <FilterBar
            filters={FILTERS}
            values={values}
            onChange={(changes) => setValues({ ...values, ...changes })}
            text={{ name: 'search', placeholder: 'Filter by name' }}
            end={choice}
          />
          <Table
            label="Workspaces"
            columns={shown}
            rows={rows}
            rowKey={(row) => row.id}
            rowName={(row) => row.name}
            isOff={(row) => row.status === 'never'}
            sort={sort}
            onSort={setSort}
            selection={selection}
            onSelection={setSelection}
          />
          <Pager meta={meta} shown={20} onPage={setPage} />
          <BulkBar count={selection.size} what="workspace" onClear={() => setSelection(new Set())}>
            <Button look="quiet" size="sm" icon="run">
              Plan
            </Button>
            <Button look="quiet" size="sm" icon="lock">
              Lock
            </Button>
            <Button look="quiet" size="sm" icon="trash" disabledReason="shop-prod-cdn still has 26 resources. Destroy them first.">
              Delete
            </Button>
          </BulkBar>
        </div>
      </Specimen>
      <Specimen name="Tables in a panel" rule="Where the rows are one thing of several. On its way it keeps the layout, and shows nothing for 150 ms.">
        <Panel isFlush title="Runs" count={3}>
          <Table label="Runs" isInPanel hasKeys={false} columns={COLUMNS.slice(0, 3)} rows={rows.slice(0, 3)} rowKey={(row) => row.id} />
        </Panel>
        <Panel isFlush title="On its way">
          <Table label="Loading" isInPanel hasKeys={false} columns={COLUMNS} rows={undefined} rowKey={(row) => row.id} expected={3} />
        </Panel>
      </Specimen>
    </>
  )
}
