// A page of pull requests: its filters, the list, and what stands there while there is none.
import type { ReactNode } from 'react'
import type { ApiError } from '@/api/errors'
import type { Schema } from '@/api/query'
import { useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Stack } from '@/ui/layout'
import { Pager } from '@/ui/pager'
import { Skeleton } from '@/ui/skeleton'
import { statuses } from '@/ui/status-list'
import { PullRequestList } from './list'
import type { PullRequest } from './parts'
import { parsePullRequests, STATES } from './search'

interface ShownProps {
  organization: string
  /** What they belong to, for people. */
  name: string
  /** Undefined while they are on their way. */
  requests: readonly PullRequest[] | undefined
  meta: Schema<'ListMeta'> | null | undefined
  error: ApiError | null
  onRetry: () => void
  refusal: string | null
  /** The same list from a terminal. */
  command: string
}

export function Shown({ command, organization, name, requests, meta, error, onRetry, refusal }: ShownProps) {
  const [search, change] = useSearchState(parsePullRequests)
  const isFiltered = search.state !== undefined || search.author !== undefined
  const body = (): ReactNode => {
    if (error) return <ErrorNotice error={error} onRetry={onRetry} />
    if (!requests) return <Skeleton height={160} />
    if (requests.length > 0) return <PullRequestList organization={organization} requests={requests} refusal={refusal} />
    if (!isFiltered) return <None name={name} command={command} />
    return (
      <EmptyState
        title="No pull request is like that"
        action={<Button onClick={() => void change({ state: undefined, author: undefined, page: undefined })}>Show all</Button>}
      >
        None of {name} matches these filters.
      </EmptyState>
    )
  }
  return (
    <Stack gap={4}>
      {(isFiltered || (requests?.length ?? 0) > 0) && (
        <FilterBar
          filters={[
            { name: 'state', title: 'State', options: STATES.map((value) => ({ value, text: statuses.pullRequest[value].word })) },
            { name: 'author', title: 'Author', placeholder: 'Login at the forge' },
          ]}
          values={{ state: search.state, author: search.author }}
          onChange={(changes) => void change({ ...changes, page: undefined } as never)}
        />
      )}
      <div>{body()}</div>
      <Pager meta={meta ?? undefined} shown={requests?.length ?? 0} onPage={(page) => void change({ page })} />
    </Stack>
  )
}

function None({ name, command }: { name: string; command: string }) {
  return (
    <EmptyState title={`No pull request of ${name} yet`} command={<Command text={command} />}>
      Open one at the forge: what merging it would change is planned in every workspace that it concerns, and told in one comment. A draft waits
      until it is ready; one from a fork until somebody permitted allows it.
    </EmptyState>
  )
}
