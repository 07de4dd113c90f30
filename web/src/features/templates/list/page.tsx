// The templates that an organization's catalog has.
import { useQuery } from '@tanstack/react-query'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { call, get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { type Filter, FilterBar } from '@/ui/filter-bar'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { Table } from '@/ui/table'
import { MANAGE, READ, type Template, templateBy } from '../queries'
import { columns } from './columns'
import { isFiltered, NO_FILTERS, parseTemplatesSearch, queryOf } from './search'

export default function Templates() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  allowed.demand(READ)
  const refusal = allowed.refusal(MANAGE)
  const [search, setSearch] = useSearchState(parseTemplatesSearch)
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...get('/api/v2/organizations/{organization}/templates', { params: { path: { organization }, query: queryOf(search) } }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly Template[] | undefined
  const parent = useQuery({ ...templateBy(search.parent ?? ''), enabled: search.parent !== undefined, retry: false }).data?.data.attributes.name
  const isEmpty = rows?.length === 0 && !isFiltered(search)
  return (
    <>
      <PageHead
        title="Templates"
        count={data?.meta?.pagination['total-count']}
        meta="What can be ordered, what it stands on, and what it is given."
        actions={isEmpty ? undefined : <Actions organization={organization} refusal={refusal} />}
      />
      {!isEmpty && (
        <FilterBar
          filters={filters(organization, search.parent, parent)}
          text={{ name: 'text', placeholder: 'Filter by name or key' }}
          values={{ text: search.text, label: search.label, status: search.status, form: search.form, parent: search.parent }}
          onChange={(changes) => void setSearch({ ...changes, page: undefined } as never)}
        />
      )}
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Templates"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.template(organization, id)}
          columns={columns(organization)}
          isOff={({ attributes }) => attributes.status === 'disabled'}
          isStale={isPlaceholderData}
          sort={search.sort ?? 'key'}
          onSort={(sort) => void setSearch({ sort, page: undefined } as never)}
          expected={6}
          empty={
            isEmpty ? (
              <EmptyState
                title={`${organization} offers nothing yet`}
                action={<Actions organization={organization} refusal={refusal} />}
                command={<Command text="slipway catalog apply -f catalog/" />}
              >
                A template is a unit of infrastructure that people can order: a network, a cluster, a database. It says what its resources stand
                on, what they are given and how they are called. Publish the first with a form, or many at once from files.
              </EmptyState>
            ) : (
              <EmptyState title="No template is like that" action={<Button onClick={() => void setSearch(NO_FILTERS)}>Show all</Button>}>
                None of {organization} matches these filters.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(page) => void setSearch({ page })} />
    </>
  )
}

function Actions({ organization, refusal }: { organization: string; refusal: string | null }) {
  if (refusal) {
    return (
      <>
        <Button icon="upload" disabledReason={refusal}>
          Apply files
        </Button>
        <Button look="primary" icon="plus" disabledReason={refusal}>
          New template
        </Button>
      </>
    )
  }
  return (
    <>
      <LinkButton icon="upload" to={addresses.applyCatalog(organization)}>
        Apply files
      </LinkButton>
      <LinkButton look="primary" icon="plus" to={addresses.newTemplate(organization)}>
        New template
      </LinkButton>
    </>
  )
}

function filters(organization: string, parent: string | undefined, parentName: string | undefined): readonly Filter[] {
  return [
    { name: 'label', title: 'Label', placeholder: 'tier=data', isMono: true },
    {
      name: 'status',
      title: 'Status',
      options: [
        { value: 'enabled', text: 'Enabled' },
        { value: 'disabled', text: 'Disabled' },
      ],
    },
    {
      name: 'form',
      title: 'What',
      options: [
        { value: 'concrete', text: 'With code' },
        { value: 'abstract', text: 'Group' },
      ],
    },
    {
      name: 'parent',
      title: 'Stands on',
      ...(parent && { options: [{ value: parent, text: parentName ?? parent }] }),
      find: async (typed) => {
        const query = { ...(typed && { 'search[text]': typed }), 'page[size]': 50 }
        const found = await call('get', '/api/v2/organizations/{organization}/templates', { params: { path: { organization }, query } })
        return found.data.map(({ id, attributes }) => ({ value: id, text: attributes.name }))
      },
    },
  ]
}
