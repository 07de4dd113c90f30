// Changes of many resources in their order: what is planned, what runs, what came of them.
import { useQuery } from '@tanstack/react-query'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { statusLook } from '@/ui/status-list'
import { Table } from '@/ui/table'
import { type Kind, projectsOf, READ, type Workflow, workflowsOf } from '../queries'
import { KINDS, STATUSES } from '../words'
import { columns } from './columns'
import { parseWorkflows } from './search'

export default function Workflows() {
  const organization = useOrganization()
  useAllowed(organization).demand(READ)
  const [{ status, kind, project, page }, change] = useSearchState(parseWorkflows)
  const isFiltered = Boolean(status ?? kind ?? project)
  const projects = useQuery(projectsOf(organization)).data?.data ?? []
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...workflowsOf(organization, {
      ...(status && { 'filter[status]': status.join(',') }),
      ...(kind && { 'filter[kind]': kind }),
      ...(project && { 'filter[project]': project }),
      ...(page && { 'page[number]': page }),
      'page[size]': 50,
    }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly Workflow[] | undefined
  const isEmpty = rows?.length === 0 && !isFiltered
  const bring = (
    <LinkButton look={isEmpty ? 'primary' : 'default'} icon="refresh" to={addresses.newWorkflow(organization)} search={{ kind: 'refresh' } as never}>
      Bring resources up to date
    </LinkButton>
  )
  return (
    <>
      <PageHead
        title="Workflows"
        count={data?.meta?.pagination['total-count']}
        meta="Changes of many resources, in the order that they stand on each other: upgrades, destructions, bringing up to date."
        actions={isEmpty ? undefined : bring}
      />
      {!isEmpty && (
        <FilterBar
          filters={[
            { name: 'status', title: 'Status', isMany: true, options: STATUSES.map((value) => ({ value, text: statusLook('workflow', value).word })) },
            { name: 'kind', title: 'Kind', options: (Object.keys(KINDS) as Kind[]).map((value) => ({ value, text: KINDS[value] })) },
            { name: 'project', title: 'Project', options: projects.map(({ id, attributes }) => ({ value: id, text: attributes.name })) },
          ]}
          values={{ status, kind, project }}
          onChange={(changes) => void change({ ...changes, page: undefined } as never)}
        />
      )}
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Workflows"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.workflow(organization, id)}
          columns={columns(organization)}
          isOff={({ attributes }) => attributes.status === 'canceled'}
          isStale={isPlaceholderData}
          expected={4}
          empty={
            isFiltered ? (
              <EmptyState
                title="No workflow is like that"
                action={<Button onClick={() => void change({ status: undefined, kind: undefined, project: undefined, page: undefined })}>Show all</Button>}
              >
                None matches these filters.
              </EmptyState>
            ) : (
              <EmptyState title="Nothing was done to many resources yet" action={bring} command={<Command text="slipway workflow refresh" />}>
                A workflow asks for a change of each of many resources, in their order, and stops when too many fail. The Upgrade tab of a template
                takes its resources to another version; the menu of a resource destroys it with everything that stands on it.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
    </>
  )
}
