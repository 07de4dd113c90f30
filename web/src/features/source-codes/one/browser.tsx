// The modules of a source code at a branch, tag or commit; the one that the address names is shown beside them.
import { useQuery } from '@tanstack/react-query'
import { Link as RouterLink } from '@tanstack/react-router'
import { toApiError } from '@/api/errors'
import { counted } from '@/lib/numbers'
import { parameter, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Icon } from '@/ui/icon'
import { Pager } from '@/ui/pager'
import { RefChoice } from '@/ui/ref-choice'
import { Skeleton } from '@/ui/skeleton'
import { Text } from '@/ui/text'
import { type Module, modulesOf, repositoryOf, type SourceCode } from '../queries'
import { ModuleInterface } from './interface'
import styles from '../source-codes.module.css'

export const parseBrowserSearch = (raw: Readonly<Record<string, unknown>>) => ({
  ref: parameter.text(raw['ref']),
  /** The module that is shown; `.` for the top. */
  module: parameter.text(raw['module']),
  page: parameter.page(raw['page']),
})

export function Browser({ sourceCode }: { sourceCode: SourceCode }) {
  const [search, setSearch] = useSearchState(parseBrowserSearch)
  const { data, error, refetch } = useQuery({ ...modulesOf(sourceCode.id, search.ref, search.page), placeholderData: (before) => before })
  const modules = data?.data as readonly Module[] | undefined
  const shown = search.module ?? modules?.[0]?.id
  return (
    <>
      <div className={styles.bar}>
        <RefChoice
          repository={repositoryOf(sourceCode)}
          value={search.ref ?? ''}
          placeholder={sourceCode.attributes['default-branch'] ?? 'branch or tag'}
          onChange={(ref) => void setSearch({ ref: ref || undefined, page: undefined })}
        />
        {data?.meta && <Text level={3}>{counted(data.meta.pagination['total-count'] ?? 0, 'module')}</Text>}
      </div>
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : modules?.length === 0 ? (
        <EmptyState title="No module is there" command={<Command text={`slipway source-code synchronize ${sourceCode.attributes.name}`} />}>
          A module is a directory with files of OpenTofu. Choose another branch or tag, or push one and synchronize.
        </EmptyState>
      ) : (
        <div className={styles.browser}>
          <nav aria-label="Modules">
            <ul className={styles.modules}>
              {modules?.map((module) => (
                <ModuleLink key={module.id} module={module} isShown={module.id === shown} />
              )) ?? <Skeleton width="100%" />}
            </ul>
            <Pager meta={data?.meta} shown={modules?.length ?? 0} onPage={(page) => void setSearch({ page })} />
          </nav>
          {shown && <ModuleInterface key={`${search.ref} ${shown}`} sourceCode={sourceCode.id} gitRef={search.ref} directory={shown === '.' ? '' : shown} />}
        </div>
      )}
    </>
  )
}

function ModuleLink({ module: { id, attributes }, isShown }: { module: Module; isShown: boolean }) {
  const { variables, outputs, errors } = attributes
  return (
    <li>
      <RouterLink
        to="."
        search={((before: object) => ({ ...before, module: id })) as never}
        resetScroll={false}
        {...(isShown ? { 'aria-current': 'true' as const } : { 'aria-current': undefined })}
      >
        <code>{attributes.directory || 'the top'}</code>
        <small>
          <span>{counted(variables, 'variable')}</span>
          <span>{counted(outputs, 'output')}</span>
          {errors > 0 && (
            <span className={styles.errors}>
              <Icon name="failed" size={12} />
              {counted(errors, 'error')}
            </span>
          )}
        </small>
      </RouterLink>
    </li>
  )
}
