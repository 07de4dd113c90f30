// What was ordered of services: how each is, and which apps and jobs are bound to it.
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
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { type Instance, instancesOf, projectsOf, READ_INSTANCES, servicesOf } from './queries'
import { parseInstances } from './search'
import { ServiceTabs } from './tabs'
import { boundTo, listed, statusOf } from './words'

export default function Instances() {
  const organization = useOrganization()
  useAllowed(organization).demand(READ_INSTANCES)
  const [{ text, service, project, page }, change] = useSearchState(parseInstances)
  const services = useQuery({ ...servicesOf(organization), retry: false }).data?.data ?? []
  const projects = useQuery({ ...projectsOf(organization), retry: false }).data?.data ?? []
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...instancesOf(organization, {
      ...(text && { 'search[text]': text }),
      ...(service && { 'filter[service][id]': service }),
      ...(project && { 'filter[project][id]': project }),
      ...(page && { 'page[number]': page }),
      'page[size]': 50,
    }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly Instance[] | undefined
  const isFiltered = Boolean(text ?? service ?? project)
  const order = (
    <LinkButton look="primary" icon="plus" to={service ? addresses.orderResource(organization) : addresses.services(organization)} {...(service && { search: { service } as never })}>
      Order one
    </LinkButton>
  )
  return (
    <>
      <PageHead
        title="Services"
        count={data?.meta?.pagination['total-count']}
        meta="What was ordered of services, and the apps and jobs that are bound to it."
        actions={rows?.length === 0 && !isFiltered ? undefined : order}
      />
      <ServiceTabs organization={organization} />
      {(isFiltered || rows?.length !== 0) && (
        <FilterBar
          text={{ name: 'text', placeholder: 'Filter by name' }}
          filters={[
            { name: 'service', title: 'Service', options: services.map(({ id, attributes }) => ({ value: id, text: attributes.name })) },
            { name: 'project', title: 'Project', options: projects.map(({ id, attributes }) => ({ value: id, text: attributes.name })) },
          ]}
          values={{ text, service, project }}
          onChange={(changes) => void change({ ...changes, page: undefined } as never)}
        />
      )}
      {error && !data ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Service instances"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.serviceInstance(organization, id)}
          columns={columns(organization)}
          isStale={isPlaceholderData}
          expected={4}
          empty={
            isFiltered ? (
              <EmptyState title="Nothing is like that" action={<Button onClick={() => void change({ text: undefined, service: undefined, project: undefined, page: undefined })}>Show all</Button>}>
                Nothing that was ordered matches these filters.
              </EmptyState>
            ) : (
              <EmptyState title="Nothing was ordered yet" action={order} command={<Command text="slipway service-instance create orders-db --service database" />}>
                Order from a service, and bind an app to it: its units see the address and the password, and new ones when they change.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
    </>
  )
}

const columns = (organization: string): readonly Column<Instance>[] => [
  {
    key: 'name',
    title: 'Name',
    narrow: 'first',
    cell: ({ id, attributes }) => (
      <Link to={addresses.serviceInstance(organization, id)} look="name">
        {attributes.name}
      </Link>
    ),
  },
  { key: 'status', title: 'Status', narrow: 'end', cell: (instance) => <Status of="instance" value={statusOf(instance)} /> },
  { key: 'service', title: 'Service', narrow: 'second', cell: ({ attributes }) => <Text level={2}>{attributes.service.name}</Text> },
  {
    key: 'bound',
    title: 'Bound to it',
    narrow: 'second',
    isWide: true,
    cell: (instance) => {
      const bound = boundTo(instance)
      return <Text level={bound.length > 0 ? 2 : 3}>{listed(bound) || 'none'}</Text>
    },
  },
  { key: 'by', title: 'By', from: 1024, cell: ({ attributes }) => <Text level={2}>{attributes['created-by']}</Text> },
  {
    key: 'when',
    title: 'Ordered',
    align: 'end',
    from: 1024,
    cell: ({ attributes }) => (
      <Text level={3}>
        <Time at={attributes['created-at']} form="short" />
      </Text>
    ),
  },
]
