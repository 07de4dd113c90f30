// Modules that are run now and then: a backup, a rotation, a demo.
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
import { type Executor, executorsOf, projectsOf, READ } from '../queries'
import { STATUSES } from '../words'
import { columns } from './columns'
import { parseExecutors } from './search'

const NOTHING = { text: undefined, project: undefined, status: undefined, enabled: undefined, label: undefined, page: undefined }

export default function Executors() {
  const organization = useOrganization()
  useAllowed(organization).demand(READ)
  const [{ text, project, status, enabled, label, sort, page }, change] = useSearchState(parseExecutors)
  const isFiltered = Boolean(text ?? project ?? status ?? enabled ?? label)
  const projects = useQuery(projectsOf(organization)).data?.data ?? []
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...executorsOf(organization, {
      ...(text && { 'search[text]': text }),
      ...(project && { 'filter[project][id]': project }),
      ...(status && { 'filter[status]': status }),
      ...(enabled && { 'filter[enabled]': enabled === 'true' }),
      ...(label && { 'filter[label]': label }),
      ...(sort && { sort }),
      ...(page && { 'page[number]': page }),
      'page[size]': 50,
    }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly Executor[] | undefined
  const isEmpty = rows?.length === 0 && !isFiltered
  // Who may make one in one project only is not told before he chose it.
  const add = (
    <LinkButton look="primary" icon="plus" to={addresses.newExecutor(organization)}>
      New executor
    </LinkButton>
  )
  return (
    <>
      <PageHead
        title="Executors"
        count={data?.meta?.pagination['total-count']}
        meta="Modules that are run now and then, by people or by a schedule: a backup, a rotation of keys, a demo."
        actions={isEmpty ? undefined : add}
      />
      {!isEmpty && (
        <FilterBar
          text={{ name: 'text', placeholder: 'Filter by name' }}
          filters={[
            { name: 'status', title: 'Status', options: STATUSES.map((value) => ({ value, text: statusLook('executor', value).word })) },
            { name: 'project', title: 'Project', options: projects.map(({ id, attributes }) => ({ value: id, text: attributes.name })) },
            {
              name: 'enabled',
              title: 'Enabled',
              options: [
                { value: 'true', text: 'Enabled' },
                { value: 'false', text: 'Disabled' },
              ],
            },
            { name: 'label', title: 'Label', placeholder: 'team=platform', isMono: true },
          ]}
          values={{ text, project, status, enabled, label }}
          onChange={(changes) => void change({ ...changes, page: undefined } as never)}
        />
      )}
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Executors"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.executor(organization, id)}
          columns={columns(organization)}
          isOff={({ attributes }) => !attributes['is-enabled']}
          sort={sort}
          onSort={(next) => void change({ sort: next, page: undefined })}
          isStale={isPlaceholderData}
          expected={4}
          empty={
            isFiltered ? (
              <EmptyState title="No executor is like that" action={<Button onClick={() => void change(NOTHING)}>Show all</Button>}>
                None of {organization} matches these filters.
              </EmptyState>
            ) : (
              <EmptyState
                title="Nothing is run now and then"
                action={add}
                command={<Command text="slipway executor create backup --source-code modules --branch main --directory jobs/backup" />}
              >
                An executor runs a module of a source code with values of its own, each time anew, and keeps its state, its plans and its logs. No
                template is needed.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
    </>
  )
}
