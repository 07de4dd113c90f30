// All workspaces of the organization that the caller may see: filtered, sorted and paged by the server.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { total } from '@/lib/numbers'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { useColumnChoice } from '@/ui/column-choice'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Kbd } from '@/ui/kbd'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { Table } from '@/ui/table'
import type { WorkspaceRow } from '../queries'
import { BulkActions } from './bulk-actions'
import { columns } from './columns'
import { useFilters } from './filters'
import { FIRST_SORT, isFiltered, listQuery, type ListSearch, parseListSearch, type Sort } from './search'
import { Summary } from './summary'
import { Views } from './views'
import styles from './list.module.css'

export default function WorkspacesPage() {
  const organization = useOrganization()
  const [search, change] = useSearchState(parseListSearch)
  const filters = useFilters(organization)
  const [shown, columnChoice] = useColumnChoice('workspaces', columns(organization))
  const [selected, setSelected] = useState<ReadonlyMap<string, WorkspaceRow>>(new Map())
  const list = useQuery({
    ...get('/api/v2/organizations/{organization}/workspaces', { params: { path: { organization }, query: listQuery(search) } }),
    placeholderData: keepPreviousData,
  })
  const rows = list.data?.data
  const pagination = list.data?.meta?.pagination
  const refine = (changes: Partial<ListSearch>) => change({ ...changes, page: undefined })
  // Selected rows of other pages stay selected: what they are is remembered, and what is shown is the newest.
  const select = (keys: ReadonlySet<string>) => {
    const known = new Map([...selected, ...(rows ?? []).map((row) => [row.id, row] as const)])
    setSelected(new Map([...keys].flatMap((key) => (known.has(key) ? [[key, known.get(key) as WorkspaceRow] as const] : []))))
  }
  const current = [...selected.values()].map((row) => rows?.find(({ id }) => id === row.id) ?? row)
  return (
    <>
      <PageHead
        title="Workspaces"
        {...(pagination && { count: total(pagination['total-count']) })}
        actions={<NewWorkspace organization={organization} />}
      />
      <Views organization={organization} search={search} />
      <Summary organization={organization} search={search} />
      <FilterBar
        filters={filters}
        values={{ q: search.q, tag: search.tag, project: search.project, status: search.status, locked: search.locked?.toString() }}
        onChange={(changes) => refine(changes as Partial<ListSearch>)}
        text={{ name: 'q', placeholder: 'Filter by name' }}
        end={columnChoice}
      />
      {list.error && <ErrorNotice error={toApiError(list.error)} onRetry={() => void list.refetch()} />}
      {!(list.error && !rows) && (
        <Table
          label="Workspaces"
          columns={shown}
          rows={rows}
          rowKey={({ id }) => id}
          rowName={({ attributes }) => attributes.name}
          rowTo={({ attributes }) => addresses.workspace(organization, attributes.name)}
          sort={search.sort ?? FIRST_SORT}
          onSort={(sort) => refine({ sort: sort as Sort })}
          selection={new Set(selected.keys())}
          onSelection={select}
          isStale={list.isPlaceholderData}
          expected={12}
          empty={isFiltered(search) ? <NoneFound onClear={() => change(NO_FILTERS)} /> : <NoneYet organization={organization} />}
        />
      )}
      <BulkActions organization={organization} selected={current} onSelection={select} />
      {rows && rows.length > 0 && (
        <div className={styles.foot}>
          <KeyHints />
          <Pager meta={list.data?.meta} shown={rows.length} onPage={(page) => change({ page })} />
        </div>
      )}
    </>
  )
}

const NO_FILTERS: Partial<ListSearch> = { q: undefined, tag: undefined, project: undefined, status: undefined, locked: undefined, page: undefined }

function NewWorkspace({ organization }: { organization: string }) {
  const { data } = useQuery(get('/api/v2/organizations/{organization}', { params: { path: { organization } } }))
  const isAllowed = data?.data.attributes.permissions['can-create-workspace'] ?? true
  if (!isAllowed) {
    return (
      <Button icon="plus" disabledReason="Creating workspaces needs workspace.create in some project. Ask who administers the organization.">
        New workspace
      </Button>
    )
  }
  return (
    <LinkButton to={addresses.newWorkspace(organization)} look="primary" icon="plus">
      New workspace
    </LinkButton>
  )
}

function NoneYet({ organization }: { organization: string }) {
  return (
    <EmptyState
      title="No workspaces yet"
      action={
        <LinkButton to={addresses.newWorkspace(organization)} look="primary">
          New workspace
        </LinkButton>
      }
      command={<Command text="slipway init && slipway apply" />}
    >
      A workspace is one configuration with its variables, its state and its runs. Upload the folder with your configuration, or
      tie the folder that you are in to a workspace.
    </EmptyState>
  )
}

function NoneFound({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState title="No workspace matches these filters" action={<Button onClick={onClear}>Clear the filters</Button>}>
      Every filter narrows the list. Remove one, or look for a shorter part of the name.
    </EmptyState>
  )
}

function KeyHints() {
  return (
    <span className={styles.keys}>
      <span>
        <Kbd keys="j" /> <Kbd keys="k" /> move
      </span>
      <span>
        <Kbd keys="x" /> select
      </span>
      <span>
        <Kbd keys="Enter" /> open
      </span>
    </span>
  )
}
