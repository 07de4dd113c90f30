// The commits of a branch or tag, newest first.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { parameter, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Commit } from '@/ui/commit'
import { EmptyState } from '@/ui/empty-state'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { type CommitRow, useOpenRepository } from '../queries'
import { RefChoice } from '@/ui/ref-choice'
import styles from '../repositories.module.css'

const parseSearch = (raw: Readonly<Record<string, unknown>>) => ({ ref: parameter.text(raw['ref']), after: parameter.text(raw['after']) })

const PAGE_SIZE = 50

export default function CommitsPage() {
  const { organization, repository } = useOpenRepository()
  const [search, setSearch] = useSearchState(parseSearch)
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...get('/api/v2/repositories/{repository}/commits', {
      params: {
        path: { repository: repository.id },
        query: { ...(search.ref && { ref: search.ref }), ...(search.after && { 'page[after]': search.after }), 'page[size]': PAGE_SIZE },
      },
    }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly CommitRow[] | undefined
  const older = data?.meta?.pagination['next-after']
  return (
    <>
      <div className={styles.bar}>
        <RefChoice
          repository={repository.id}
          value={search.ref ?? ''}
          placeholder={repository.attributes['default-branch'] ?? 'branch or tag'}
          onChange={(ref) => void setSearch({ ref: ref || undefined, after: undefined })}
        />
        <Text level={3}>Open one to see which runs it would start.</Text>
      </div>
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Commits"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.commit(organization, repository.id, id)}
          columns={columns(organization, repository.id)}
          isStale={isPlaceholderData}
          empty={<EmptyState title="No commits here">Nothing was pushed to it yet, or nothing was fetched.</EmptyState>}
        />
      )}
      {(older || search.after) && (
        <Row gap={2}>
          <Button size="sm" disabledReason={search.after ? null : 'These are the newest.'} onClick={() => void setSearch({ after: undefined })}>
            Newest
          </Button>
          <Button
            size="sm"
            end="chevron-right"
            disabledReason={older ? null : 'These are the oldest.'}
            onClick={() => void setSearch({ after: older ?? undefined })}
          >
            Older
          </Button>
        </Row>
      )}
    </>
  )
}

function columns(organization: string, repository: string): readonly Column<CommitRow>[] {
  return [
    {
      key: 'subject',
      title: 'Commit',
      isWide: true,
      narrow: 'first',
      cell: ({ id, attributes }) => (
        <Link to={addresses.commit(organization, repository, id)} look="name" title={attributes.message}>
          {attributes.subject || 'without a message'}
        </Link>
      ),
    },
    { key: 'sha', title: 'Id', narrow: 'second', cell: ({ id }) => <Commit sha={id} /> },
    {
      key: 'author',
      title: 'Author',
      narrow: 'second',
      cell: ({ attributes }) => (
        <Text level={2} title={attributes['author-email']}>
          {attributes.author}
        </Text>
      ),
    },
    { key: 'at', title: 'Committed', align: 'end', narrow: 'end', cell: ({ attributes }) => <Time at={attributes['committed-at']} form="short" /> },
  ]
}
