// Apps of an organization: how each stands, and where it answers.
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
import { type App, appsOf, poolsOf, projectsOf, READ } from '../queries'
import { STATUSES } from '../words'
import { columns } from './columns'
import { parseApps } from './search'

const NOTHING = { text: undefined, project: undefined, pool: undefined, status: undefined, label: undefined, page: undefined }

export default function Apps() {
  const organization = useOrganization()
  useAllowed(organization).demand(READ)
  const [{ text, project, pool, status, label, sort, page }, change] = useSearchState(parseApps)
  const isFiltered = Boolean(text ?? project ?? pool ?? status ?? label)
  const projects = useQuery(projectsOf(organization)).data?.data ?? []
  const pools = useQuery({ ...poolsOf(organization), retry: false }).data?.data ?? []
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...appsOf(organization, {
      ...(text && { 'search[text]': text }),
      ...(project && { 'filter[project][id]': project }),
      ...(pool && { 'filter[pool][id]': pool }),
      ...(status && { 'filter[status]': status }),
      ...(label && { 'filter[label]': label }),
      ...(sort && { sort }),
      ...(page && { 'page[number]': page }),
      'page[size]': 50,
    }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly App[] | undefined
  const isEmpty = rows?.length === 0 && !isFiltered
  // Who may make one in one project only is not told before he chose it.
  const add = (
    <LinkButton look="primary" icon="plus" to={addresses.newApp(organization)}>
      New app
    </LinkButton>
  )
  return (
    <>
      <PageHead
        title="Apps"
        count={data?.meta?.pagination['total-count']}
        meta="What runs of your images and sources: its units, where it answers, and what is deployed."
        actions={isEmpty ? undefined : add}
      />
      {!isEmpty && (
        <FilterBar
          text={{ name: 'text', placeholder: 'Filter by name' }}
          filters={[
            { name: 'status', title: 'Status', options: STATUSES.map((value) => ({ value, text: statusLook('app', value).word })) },
            { name: 'project', title: 'Project', options: projects.map(({ id, attributes }) => ({ value: id, text: attributes.name })) },
            { name: 'pool', title: 'Pool', options: pools.map(({ id, attributes }) => ({ value: id, text: attributes.name })) },
            { name: 'label', title: 'Label', placeholder: 'team=shop', isMono: true },
          ]}
          values={{ text, project, pool, status, label }}
          onChange={(changes) => void change({ ...changes, page: undefined } as never)}
        />
      )}
      {error && !data ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Apps"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ attributes }) => addresses.app(organization, attributes.name)}
          columns={columns(organization)}
          isOff={({ attributes }) => attributes['is-stopped']}
          sort={sort}
          onSort={(next) => void change({ sort: next, page: undefined })}
          isStale={isPlaceholderData}
          expected={4}
          empty={
            isFiltered ? (
              <EmptyState title="No app is like that" action={<Button onClick={() => void change(NOTHING)}>Show all</Button>}>
                None of {organization} matches these filters.
              </EmptyState>
            ) : (
              <EmptyState title="No app runs here yet" action={add} command={<Command text="slipway app create web && slipway app deploy --app web" />}>
                An app runs in units and answers requests. Create it, then deploy the directory that you are in, or an image: what was there before goes
                on until the new units are ready.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
    </>
  )
}
