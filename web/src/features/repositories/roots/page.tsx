// The directories of a repository that a workspace can run in: choose some, and make workspaces of them at once.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { parameter, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { BulkBar } from '@/ui/bulk-bar'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Link } from '@/ui/link'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { type Root, rootsOf, useOpenRepository, useRefusalToCreate } from '../queries'
import { RefChoice } from '@/ui/ref-choice'
import styles from '../repositories.module.css'

const parseSearch = (raw: Readonly<Record<string, unknown>>) => ({ ref: parameter.text(raw['ref']) })

export default function RootsPage() {
  const { organization, repository } = useOpenRepository()
  const [search, setSearch] = useSearchState(parseSearch)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const { data, error, refetch } = useQuery(rootsOf(repository.id, search.ref))
  const rows = data?.data as readonly Root[] | undefined
  const name = repository.attributes['full-name']
  const refusal = useRefusalToCreate(organization)
  const made = (roots: readonly string[]) => ({ repository: repository.id, roots: roots.join(','), ...(search.ref && { branch: search.ref }) })
  return (
    <>
      <div className={styles.bar}>
        <RefChoice
          repository={repository.id}
          value={search.ref ?? ''}
          placeholder={repository.attributes['default-branch'] ?? 'branch or tag'}
          onChange={(ref) => void setSearch({ ref: ref || undefined })}
        />
        <Text level={3}>Modules that no other module of the repository calls.</Text>
      </div>
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Root modules"
          rows={rows}
          rowKey={({ id }) => id}
          rowName={({ attributes }) => attributes.path || 'the top'}
          selection={chosen}
          onSelection={setChosen}
          columns={columns(organization, repository.id, search.ref)}
          expected={4}
          empty={
            <EmptyState
              title="No root module was found"
              action={
                <LinkButton to={addresses.newWorkspaceFromRepository(organization)} search={{ repository: repository.id }}>
                  Choose a directory yourself
                </LinkButton>
              }
              command={<Command text={`slipway workspace create NAME --repo ${name} --dir DIRECTORY`} />}
            >
              A root module is a directory with <code>.tf</code> files that no other directory calls as a module.
            </EmptyState>
          }
        />
      )}
      <BulkBar count={chosen.size} what="root module" onClear={() => setChosen(new Set())}>
        {refusal ? (
          <Button size="sm" icon="plus" disabledReason={refusal}>
            New workspaces
          </Button>
        ) : (
          <LinkButton size="sm" icon="plus" to={addresses.newWorkspaceFromRepository(organization)} search={made([...chosen])}>
            {chosen.size === 1 ? 'New workspace' : `New ${counted(chosen.size, 'workspace')}`}
          </LinkButton>
        )}
      </BulkBar>
    </>
  )
}

function columns(organization: string, repository: string, ref: string | undefined): readonly Column<Root>[] {
  return [
    {
      key: 'path',
      title: 'Directory',
      narrow: 'first',
      cell: ({ attributes }) => (
        <Link to={addresses.repository(organization, repository)} search={{ path: attributes.path || undefined, ref }} look="name">
          {attributes.path || 'the top'}
        </Link>
      ),
    },
    {
      key: 'providers',
      title: 'Providers',
      isWide: true,
      narrow: 'second',
      cell: ({ attributes }) => <Text level={2}>{attributes.providers.join(', ') || 'none'}</Text>,
    },
    {
      key: 'kept',
      title: 'Backend',
      from: 1024,
      cell: ({ attributes }) => (attributes['has-backend'] ? <Tag isLine>declared</Tag> : <Text level={3}>none</Text>),
    },
    { key: 'modules', title: 'Local modules', align: 'end', from: 1240, cell: ({ attributes }) => <span title={attributes.modules.join('\n')}>{attributes.modules.length}</span> },
    { key: 'resources', title: 'Resources', align: 'end', narrow: 'end', cell: ({ attributes }) => attributes.resources },
  ]
}
