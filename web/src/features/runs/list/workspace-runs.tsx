// The runs of one workspace, as a tab of its page.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { useOrganization, useParam, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Pager } from '@/ui/pager'
import { workspaceOf } from '../run/queries'
import { useRunFilters } from './filters'
import { useWorkspaceRuns } from './queries'
import { RunsTable } from './runs-table'
import { NO_FILTER, parseRunsSearch } from './search'

export default function WorkspaceRuns() {
  const organization = useOrganization()
  const name = useParam('workspace')
  const workspace = useQuery(workspaceOf(organization, name)).data?.data
  const [search, setSearch] = useSearchState(parseRunsSearch)
  const filters = useRunFilters(organization, false)
  const list = useWorkspaceRuns(workspace?.id, search)
  const isFiltered = search.status !== undefined || search.by !== undefined
  const start = `${addresses.workspace(organization, name, 'runs')}/new`
  return (
    <>
      <FilterBar filters={filters} values={{ status: search.status, by: search.by }} onChange={(changes) => void setSearch({ ...changes, page: undefined })} />
      {list.error ? (
        <ErrorNotice error={toApiError(list.error)} onRetry={() => void list.refetch()} />
      ) : (
        <RunsTable
          organization={organization}
          rows={list.rows}
          isStale={list.isPlaceholderData}
          hasWorkspace={false}
          empty={
            isFiltered ? (
              <EmptyState title="No run is like that" action={<Button onClick={() => void setSearch(NO_FILTER)}>Show all runs</Button>}>
                No run of {name} matches these filters.
              </EmptyState>
            ) : (
              <EmptyState title={`No runs of ${name} yet`} action={<LinkButton to={start}>Start a run</LinkButton>} command={<Command text={`slipway plan -w ${name}`} />}>
                A run plans what the configuration would change, and applies it once somebody says yes.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={list.data?.meta} shown={list.rows?.length ?? 0} onPage={(page) => void setSearch({ page })} />
    </>
  )
}
