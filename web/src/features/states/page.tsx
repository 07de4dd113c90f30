// The versions of a workspace's state, newest first; two of them compared; going back to one.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { counted } from '@/lib/numbers'
import { parameter, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { BulkBar } from '@/ui/bulk-bar'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Pager } from '@/ui/pager'
import { Section } from '@/ui/section'
import { Table } from '@/ui/table'
import { columns } from './columns'
import { Comparison } from './comparison'
import { DownloadDialog } from './download'
import { needs, related, type StateRow, useOpenWorkspace, versions } from './queries'
import { RollbackDialog } from './rollback'

interface StatesSearch {
  /** The newer version that is looked at. */
  readonly to?: string | undefined
  /** The older one; the one before without it. */
  readonly from?: string | undefined
  readonly page?: number | undefined
}

export const parseStatesSearch = (raw: Readonly<Record<string, unknown>>): StatesSearch => ({
  to: parameter.text(raw['to']),
  from: parameter.text(raw['from']),
  page: parameter.page(raw['page']),
})

export default function StatesPage() {
  const { organization, workspace } = useOpenWorkspace()
  const [search, change] = useSearchState(parseStatesSearch)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [asked, setAsked] = useState<{ what: 'rollback' | 'download'; state: StateRow } | null>(null)
  const { name, permissions } = workspace.attributes
  const mayRead = permissions['can-read-state-versions']
  const list = useQuery({ ...versions(workspace.id, search.page ?? 1), placeholderData: keepPreviousData, enabled: mayRead })
  const rows = list.data?.data
  const current = related(workspace, 'current-state-version')
  const pagination = list.data?.meta?.pagination
  if (!mayRead) {
    return (
      <EmptyState title="You may not read the states of this workspace">
        States hold secrets, so reading them needs workspace.state.read here. The Access tab explains it.
      </EmptyState>
    )
  }
  const compare = (state: StateRow, from?: string) => {
    void change({ to: state.id, from })
    window.scrollTo({ top: 0 })
  }
  const compareSelected = () => {
    const [newer, older] = (rows ?? []).filter(({ id }) => selected.has(id))
    if (newer && older) compare(newer, older.id)
    setSelected(new Set())
  }
  const close = () => setAsked(null)
  return (
    <>
      {search.to && (
        <Comparison workspace={name} to={search.to} from={search.from} onClose={() => void change({ to: undefined, from: undefined })} />
      )}
      <Section title="Versions" {...(pagination && { count: pagination['total-count'] })}>
        {list.error ? (
          <ErrorNotice error={toApiError(list.error)} onRetry={() => void list.refetch()} />
        ) : (
          <Table
            label="Versions of the state"
            columns={columns({
              organization,
              workspace: name,
              current,
              cannotWrite: needs(permissions['can-create-state-versions'], 'workspace.state.write'),
              onCompare: compare,
              onAsk: (what, state) => setAsked({ what, state }),
            })}
            rows={rows}
            rowKey={({ id }) => id}
            rowName={({ attributes }) => `version ${attributes.serial}`}
            selection={selected}
            onSelection={setSelected}
            isStale={list.isPlaceholderData}
            empty={
              <EmptyState title="No state yet" command={<Command text={`slipway apply --workspace ${name}`} />}>
                The state is the record of what runs have made. Every apply keeps a new version of it, so that they can be compared
                and gone back to.
              </EmptyState>
            }
          />
        )}
        <Pager meta={list.data?.meta} shown={rows?.length ?? 0} onPage={(page) => void change({ page })} />
      </Section>
      <BulkBar count={selected.size} what="version" onClear={() => setSelected(new Set())}>
        <Button
          size="sm"
          look="quiet"
          icon="columns"
          disabledReason={selected.size === 2 ? null : `Select two versions to compare them; ${counted(selected.size, 'is', 'are')} selected.`}
          onClick={compareSelected}
        >
          Compare
        </Button>
      </BulkBar>
      <RollbackDialog workspace={workspace} current={current} state={asked?.what === 'rollback' ? asked.state : null} onClose={close} />
      <DownloadDialog workspace={name} state={asked?.what === 'download' ? asked.state : null} onClose={close} />
    </>
  )
}
