// The workspaces that come from a repository.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { parameter, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { Ref } from '@/ui/commit'
import { EmptyState } from '@/ui/empty-state'
import { Link } from '@/ui/link'
import { Pager } from '@/ui/pager'
import { Status } from '@/ui/status'
import type { StatusWord } from '@/ui/status-list'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { useOpenRepository, useRefusalToCreate, workspacesFrom } from '../queries'

type Workspace = ResourceOf<'Workspace'>

const parseSearch = (raw: Readonly<Record<string, unknown>>) => ({ page: parameter.page(raw['page']) })

export default function RepositoryWorkspaces() {
  const { organization, repository } = useOpenRepository()
  const [{ page }, change] = useSearchState(parseSearch)
  const refusal = useRefusalToCreate(organization)
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...workspacesFrom(organization, repository.id, page),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly Workspace[] | undefined
  if (error) return <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
  return (
    <>
      <Table
        label="Workspaces"
        rows={rows}
        rowKey={({ id }) => id}
        rowTo={({ attributes }) => addresses.workspace(organization, attributes.name)}
        columns={columns(organization, repository.attributes['default-branch'] ?? null)}
        isStale={isPlaceholderData}
        expected={4}
        empty={
          <EmptyState
            title="No workspace comes from it yet"
            action={
              refusal ? (
                <Button icon="plus" disabledReason={refusal}>
                  New workspaces
                </Button>
              ) : (
                <LinkButton icon="plus" to={addresses.newWorkspaceFromRepository(organization)} search={{ repository: repository.id }}>
                  New workspaces
                </LinkButton>
              )
            }
            command={<Command text={`slipway workspace create NAME --repo ${repository.attributes['full-name']} --dir DIRECTORY`} />}
          >
            A workspace runs one directory of the repository: a push plans what it changes there, a pull request shows its plan.
          </EmptyState>
        }
      />
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(to) => void change({ page: to })} />
    </>
  )
}

function columns(organization: string, defaultBranch: string | null): readonly Column<Workspace>[] {
  return [
    {
      key: 'name',
      title: 'Workspace',
      narrow: 'first',
      cell: ({ attributes }) => (
        <Link to={addresses.workspace(organization, attributes.name)} look="name">
          {attributes.name}
        </Link>
      ),
    },
    {
      key: 'directory',
      title: 'Directory',
      isWide: true,
      narrow: 'second',
      cell: ({ attributes }) => (
        <Text isMono level={2}>
          {attributes['working-directory'] || 'the top'}
        </Text>
      ),
    },
    {
      key: 'follows',
      title: 'Follows',
      from: 1024,
      cell: ({ attributes }) => {
        const source = attributes['vcs-repo']
        return <Ref tag={source?.['tags-regex']} branch={source?.branch || defaultBranch} />
      },
    },
    {
      key: 'status',
      title: 'Newest run',
      narrow: 'second',
      cell: ({ attributes }) =>
        attributes['latest-run-status'] ? (
          <Status of="run" value={attributes['latest-run-status'] as StatusWord<'run'>} />
        ) : (
          <Text level={3}>none yet</Text>
        ),
    },
    {
      key: 'changed',
      title: 'Changed',
      align: 'end',
      narrow: 'end',
      cell: ({ attributes }) => <Time at={attributes['latest-change-at']} form="short" />,
    },
  ]
}
