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
import { Segmented } from '@/ui/segmented'
import { useRunFilters } from './filters'
import { useRuns } from './queries'
import { RunsTable } from './runs-table'
import { NO_FILTER, parseRunsSearch } from './search'

export default function RunsPage() {
  const organization = useOrganization()
  const [search, setSearch] = useSearchState(parseRunsSearch)
  const filters = useRunFilters(organization, true)
  const { data, rows, error, isPlaceholderData, refetch } = useRuns(organization, search)
  const count = data?.meta?.pagination?.['total-count']
  const { page: _, ...narrowed } = search
  const isFiltered = Object.values(narrowed).some((value) => value !== undefined)
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
      <FilterBar
        filters={filters}
        values={{ status: search.status, workspace: search.workspace, by: search.by }}
        onChange={(changes) => void setSearch({ ...changes, page: undefined })}
        end={
          <Segmented
            label="Whose"
            value={search.mine ? 'mine' : 'all'}
            options={[
              { value: 'all', text: 'All' },
              { value: 'mine', text: 'Waiting for me' },
            ]}
            onChange={(whose) => void setSearch({ mine: whose === 'mine' || undefined, page: undefined })}
          />
        }
      />
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
              <EmptyState
                title={search.mine ? 'Nothing waits for you' : 'No run is like that'}
                action={<Button onClick={() => void setSearch(NO_FILTER)}>Show all runs</Button>}
              >
                {search.mine
                  ? `No plan in ${organization} waits for a yes that you may give.`
                  : `No run of ${organization} matches these filters.`}
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
