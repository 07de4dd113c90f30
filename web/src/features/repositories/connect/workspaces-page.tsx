// New workspaces from a repository: pick it, then its branch and the root modules to make workspaces of, several at once.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { Commit } from '@/ui/commit'
import { Icon } from '@/ui/icon'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Skeleton } from '@/ui/skeleton'
import { Text } from '@/ui/text'
import { branchesOf } from '@/api/refs'
import { repositoryBy, type Repository, useRefusalToCreate } from '../queries'
import styles from '../repositories.module.css'
import { Picker } from './picker'
import { parsePickSearch } from './search'
import { WorkspacesForm } from './workspaces-form'

export default function NewWorkspacesPage() {
  const organization = useOrganization()
  const [search, setSearch] = useSearchState(parsePickSearch)
  const allowed = useAllowed(organization)
  const mayNotCreate = useRefusalToCreate(organization)
  const chosen = useQuery({ ...repositoryBy(search.repository ?? ''), enabled: search.repository !== undefined })
  const repository = search.repository ? (chosen.data?.data as Repository | undefined) : undefined
  return (
    <>
      <PageHead
        title="New workspaces from a repository"
        meta="A push plans what it changes, a pull request shows its plan before it is merged."
        crumbs={[{ title: 'Workspaces', to: addresses.workspaces(organization) }]}
        actions={
          <LinkButton to={addresses.newWorkspace(organization)} icon="upload">
            From a folder or the command line
          </LinkButton>
        }
      />
      {chosen.error && search.repository && <ErrorNotice error={toApiError(chosen.error)} onRetry={() => void chosen.refetch()} />}
      {search.repository === undefined ? (
        <Picker
          organization={organization}
          search={search}
          onSearch={setSearch}
          refusal={allowed.refusal('integration.use')}
          onPicked={({ id }) => void setSearch({ repository: id, find: undefined, group: undefined, page: undefined, branch: undefined, roots: undefined })}
        />
      ) : repository ? (
        <Stack gap={4}>
          <Chosen
            organization={organization}
            repository={repository}
            onChange={() => void setSearch({ repository: undefined, branch: undefined, roots: undefined })}
          />
          <WorkspacesForm
            key={`${repository.id} ${search.branch ?? ''}`}
            organization={organization}
            repository={repository}
            branch={search.branch ?? ''}
            initial={search.roots ?? []}
            onBranch={(branch) => void setSearch({ branch: branch || undefined }, { replace: true })}
            refusal={mayNotCreate}
          />
        </Stack>
      ) : (
        !chosen.error && <Skeleton height={96} />
      )}
    </>
  )
}

interface ChosenProps {
  organization: string
  repository: Repository
  onChange: () => void
}

function Chosen({ organization, repository, onChange }: ChosenProps) {
  const { attributes } = repository
  const head = useQuery(branchesOf(repository.id, attributes['default-branch'] ?? '')).data?.data.find((one) => one.attributes['is-default'])
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // What was pressed to choose it is gone: the keyboard goes on here.
    if (document.activeElement === document.body) element.current?.focus({ preventScroll: true })
  }, [])
  return (
    <div ref={element} className={styles.chosen} tabIndex={-1}>
      <Icon name="branch" />
      <Link to={addresses.repository(organization, repository.id)} look="name">
        {attributes['full-name']}
      </Link>
      <Text level={3}>{attributes['default-branch'] ?? 'empty'}</Text>
      {head && <Commit sha={head.attributes.commit} to={addresses.commit(organization, repository.id, head.attributes.commit)} />}
      <span className={styles.end}>
        <Button size="sm" onClick={onChange}>
          Another one
        </Button>
      </span>
    </div>
  )
}
