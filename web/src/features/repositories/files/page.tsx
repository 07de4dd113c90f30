// What is in a repository at a branch, tag or commit: directories, and files as text.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { parameter, useSearchState } from '@/lib/search'
import { Alert, ErrorNotice } from '@/ui/alert'
import { LinkButton } from '@/ui/button'
import { Commit } from '@/ui/commit'
import { EmptyState } from '@/ui/empty-state'
import { RefChoice } from '@/ui/ref-choice'
import { useOpenRepository, useRefusalToCreate } from '../queries'
import styles from '../repositories.module.css'
import { FileView } from './file-view'
import { PathCrumbs } from './path-crumbs'
import { TreeTable } from './tree-table'

export const parseFilesSearch = (raw: Readonly<Record<string, unknown>>) => ({
  ref: parameter.text(raw['ref']),
  path: parameter.text(raw['path']),
  /** A file instead of a directory. */
  file: parameter.text(raw['file']),
})

export default function FilesPage() {
  const { organization, repository } = useOpenRepository()
  const [search, setSearch] = useSearchState(parseFilesSearch)
  const fallback = repository.attributes['default-branch']
  const path = search.path ?? ''
  const mayCreate = useRefusalToCreate(organization) === null
  const tree = useQuery({
    ...get('/api/v2/repositories/{repository}/tree', {
      params: { path: { repository: repository.id }, query: { ...(search.ref && { ref: search.ref }), ...(path && { path }) } },
    }),
    enabled: search.file === undefined && (fallback !== null || search.ref !== undefined),
    placeholderData: (before) => before,
  })
  if (!fallback && !search.ref) {
    return (
      <EmptyState title={`${repository.attributes['full-name']} is empty`}>
        Nothing was pushed yet, or nothing was fetched. Push a branch, then synchronize.
      </EmptyState>
    )
  }
  const commit = tree.data?.data.attributes.commit
  return (
    <>
      <div className={styles.bar}>
        <RefChoice
          repository={repository.id}
          value={search.ref ?? ''}
          placeholder={fallback ?? 'branch or tag'}
          onChange={(ref) => void setSearch({ ref: ref || undefined })}
        />
        <PathCrumbs
          path={search.file ?? path}
          isFile={search.file !== undefined}
          root={repository.attributes['full-name'].split('/').at(-1) ?? 'top'}
          onOpen={(to) => void setSearch({ path: to || undefined, file: undefined })}
        />
        <span className={styles.end}>
          {commit && !search.file && <Commit sha={commit} to={addresses.commit(organization, repository.id, commit)} />}
          {mayCreate && search.file === undefined && path !== '' && (
            <LinkButton
              size="sm"
              icon="plus"
              to={addresses.newWorkspaceFromRepository(organization)}
              search={{ repository: repository.id, roots: path, ...(search.ref && { branch: search.ref }) }}
            >
              Workspace from here
            </LinkButton>
          )}
        </span>
      </div>
      {search.file !== undefined ? (
        <FileView repository={repository.id} gitRef={search.ref} path={search.file} />
      ) : tree.error ? (
        <ErrorNotice error={toApiError(tree.error)} onRetry={() => void tree.refetch()} />
      ) : (
        <>
          {tree.data?.data.attributes['is-cut'] && <Alert tone="neutral" title="There is more in this directory than is shown" />}
          <TreeTable tree={tree.data?.data.attributes} search={search} />
        </>
      )}
    </>
  )
}
