// All runs of the organization, newest first.
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { total } from '@/lib/numbers'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { STATUS_FILTER } from './filters'
import { useRuns } from './queries'
import { RunsTable } from './runs-table'
import { parseRunsSearch } from './search'

export default function RunsPage() {
  const organization = useOrganization()
  const [search, setSearch] = useSearchState(parseRunsSearch)
  const { data, rows, error, isPlaceholderData, refetch } = useRuns(organization, search)
  const count = data?.meta?.pagination?.['total-count']
  const isFiltered = search.status !== undefined
  return (
    <>
      <PageHead
        title="Runs"
        {...(count !== undefined && { count: total(count) })}
        actions={
          <LinkButton to={`${addresses.runs(organization)}/new`} look="primary" icon="run">
            Start a run
          </LinkButton>
        }
      />
      <FilterBar filters={[STATUS_FILTER]} values={{ status: search.status }} onChange={(changes) => void setSearch({ ...changes, page: undefined })} />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <RunsTable
          organization={organization}
          rows={rows}
          isStale={isPlaceholderData}
          hasWorkspace
          empty={
            isFiltered ? (
              <EmptyState title="No run is like that" action={<Button onClick={() => void setSearch({ status: undefined })}>Show all runs</Button>}>
                No run of {organization} has one of these statuses.
              </EmptyState>
            ) : (
              <EmptyState
                title={`No runs in ${organization} yet`}
                action={<LinkButton to={addresses.newWorkspace(organization)}>New workspace</LinkButton>}
                command={<Command text="slipway plan" />}
              >
                A run plans what a configuration would change, and applies it once somebody says yes.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(page) => void setSearch({ page })} />
    </>
  )
}
