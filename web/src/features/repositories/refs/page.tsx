// Branches and tags, with the commit that each is on.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { parameter, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Commit } from '@/ui/commit'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Pager } from '@/ui/pager'
import { Segmented } from '@/ui/segmented'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { branchesOf, tagsOf } from '@/api/refs'
import { type RefRow, useOpenRepository } from '../queries'

const parseSearch = (raw: Readonly<Record<string, unknown>>) => ({
  kind: parameter.oneOf(raw['kind'], ['tags'] as const),
  name: parameter.text(raw['name']),
  page: parameter.page(raw['page']),
})

export default function RefsPage() {
  const { organization, repository } = useOpenRepository()
  const [search, setSearch] = useSearchState(parseSearch)
  const isTags = search.kind === 'tags'
  const query = (isTags ? tagsOf : branchesOf)(repository.id, search.name, search.page)
  const { data, error, refetch, isPlaceholderData } = useQuery({ ...(query as ReturnType<typeof branchesOf>), placeholderData: (before) => before })
  const rows = data?.data as readonly RefRow[] | undefined
  const what = isTags ? 'tags' : 'branches'
  return (
    <>
      <FilterBar
        filters={[]}
        text={{ name: 'name', placeholder: `Filter ${what} by name` }}
        values={{ name: search.name }}
        onChange={(changes) => void setSearch({ ...changes, page: undefined } as never)}
        end={
          <Segmented
            label="What"
            value={isTags ? 'tags' : 'branches'}
            options={[
              { value: 'branches', text: 'Branches' },
              { value: 'tags', text: 'Tags' },
            ]}
            onChange={(kind) => void setSearch({ kind: kind === 'tags' ? 'tags' : undefined, page: undefined })}
          />
        }
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label={isTags ? 'Tags' : 'Branches'}
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns(organization, repository.id)}
          isStale={isPlaceholderData}
          empty={
            <EmptyState title={search.name ? `No ${what} are called like that` : `No ${what} yet`}>
              {isTags ? 'Workspaces can follow tags instead of a branch: v* for releases.' : 'What is pushed appears here.'}
            </EmptyState>
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(page) => void setSearch({ page })} />
    </>
  )
}

function columns(organization: string, repository: string): readonly Column<RefRow>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      isWide: true,
      narrow: 'first',
      cell: ({ attributes }) => (
        <Row gap={2}>
          <Link to={addresses.repository(organization, repository, 'commits')} search={{ ref: attributes.name }} look="name">
            {attributes.name}
          </Link>
          {attributes['is-default'] && <Tag isLine>default</Tag>}
        </Row>
      ),
    },
    {
      key: 'commit',
      title: 'Commit',
      narrow: 'end',
      cell: ({ attributes }) => <Commit sha={attributes.commit} to={addresses.commit(organization, repository, attributes.commit)} />,
    },
  ]
}
