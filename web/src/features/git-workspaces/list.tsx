// The repositories that the code of resources is kept in.
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
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { CREATE, type GitWorkspace, READ } from './queries'
import { countWords } from './words'

const parseSearch = (raw: Readonly<Record<string, unknown>>) => ({ page: parameter.page(raw['page']) })

export default function GitWorkspaces() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  allowed.demand(READ)
  const [search, setSearch] = useSearchState(parseSearch)
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...get('/api/v2/organizations/{organization}/git-workspaces', {
      params: { path: { organization }, query: { ...(search.page && { 'page[number]': search.page }), 'page[size]': 50 } },
    }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly GitWorkspace[] | undefined
  const add = <Add organization={organization} refusal={allowed.refusal(CREATE)} />
  return (
    <>
      <PageHead
        title="Git workspaces"
        count={data?.meta?.pagination['total-count']}
        meta="Repositories that the code of resources is kept in: a branch for each change that waits, merged when it is confirmed."
        actions={rows?.length === 0 ? undefined : add}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Git workspaces"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.gitWorkspace(organization, id)}
          columns={columns(organization)}
          isStale={isPlaceholderData}
          expected={3}
          empty={
            <EmptyState
              title="No git workspaces yet"
              action={add}
              command={<Command text="slipway git-workspace create live --repository platform/live --integration forge" />}
            >
              A project can keep what its resources are as OpenTofu code in a Git repository, for people to read, review and take along. What is in
              the repository decides nothing about the resources.
            </EmptyState>
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
        New git workspace
      </Button>
    )
  }
  return (
    <LinkButton look="primary" icon="plus" to={addresses.newGitWorkspace(organization)}>
      New git workspace
    </LinkButton>
  )
}

function columns(organization: string): readonly Column<GitWorkspace>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      narrow: 'first',
      cell: ({ id, attributes }) => (
        <Link to={addresses.gitWorkspace(organization, id)} look="name" {...(attributes.description && { title: attributes.description })}>
          {attributes.name}
        </Link>
      ),
    },
    {
      key: 'repository',
      title: 'Repository',
      narrow: 'second',
      isWide: true,
      cell: ({ attributes }) => (
        <Text isMono level={2} title={attributes.address}>
          {attributes.repository}
        </Text>
      ),
    },
    {
      key: 'branch',
      title: 'Branch',
      from: 1024,
      cell: ({ attributes }) => (attributes.branch ? <Text isMono>{attributes.branch}</Text> : <Text level={3}>the default</Text>),
    },
    { key: 'resources', title: 'Resources', align: 'end', narrow: 'end', cell: ({ attributes }) => countWords(attributes) },
  ]
}
