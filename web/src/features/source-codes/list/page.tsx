// The repositories whose modules templates are made of.
import { useQuery } from '@tanstack/react-query'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { parameter, useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { Table } from '@/ui/table'
import { MANAGE, READ, type SourceCode } from '../queries'
import { columns } from './columns'

export const parseSourceCodesSearch = (raw: Readonly<Record<string, unknown>>) => ({
  text: parameter.text(raw['text']),
  label: parameter.text(raw['label']),
  page: parameter.page(raw['page']),
})

export default function SourceCodes() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  allowed.demand(READ)
  const [search, setSearch] = useSearchState(parseSourceCodesSearch)
  const query = {
    ...(search.text && { 'search[text]': search.text }),
    ...(search.label && { 'filter[label]': search.label }),
    ...(search.page && { 'page[number]': search.page }),
    'page[size]': 50,
  }
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...get('/api/v2/organizations/{organization}/source-codes', { params: { path: { organization }, query } }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly SourceCode[] | undefined
  const isFiltered = search.text !== undefined || search.label !== undefined
  const isEmpty = rows?.length === 0 && !isFiltered
  const add = <Add organization={organization} refusal={allowed.refusal(MANAGE)} />
  return (
    <>
      <PageHead
        title="Source code"
        count={data?.meta?.pagination['total-count']}
        meta="Repositories whose modules templates are made of. They are read from a mirror here, at any branch, tag or commit."
        actions={isEmpty ? undefined : add}
      />
      {!isEmpty && (
        <FilterBar
          filters={[{ name: 'label', title: 'Label', placeholder: 'team=platform', isMono: true }]}
          text={{ name: 'text', placeholder: 'Filter by name' }}
          values={{ text: search.text, label: search.label }}
          onChange={(changes) => void setSearch({ ...changes, page: undefined } as never)}
        />
      )}
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Source code"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.sourceCode(organization, id)}
          columns={columns(organization)}
          isStale={isPlaceholderData}
          expected={4}
          empty={
            isFiltered ? (
              <EmptyState title="No source code is like that" action={<Button onClick={() => void setSearch({ text: undefined, label: undefined, page: undefined })}>Show all</Button>}>
                None of {organization} matches these filters.
              </EmptyState>
            ) : (
              <EmptyState title={`${organization} has no modules to offer yet`} action={add} command={<Command text="slipway source-code create platform/modules --integration forge" />}>
                A source code is a Git repository with OpenTofu modules: any that can be cloned, or one of a connected forge. What its modules take
                and give is read from it, and versions of templates are made of its tags.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(page) => void setSearch({ page })} />
    </>
  )
}

function Add({ organization, refusal }: { organization: string; refusal: string | null }) {
  if (refusal) {
    return (
      <Button look="primary" icon="plus" disabledReason={refusal}>
        New source code
      </Button>
    )
  }
  return (
    <LinkButton look="primary" icon="plus" to={addresses.newSourceCode(organization)}>
      New source code
    </LinkButton>
  )
}
