// One commit: who, why, and which runs it would start.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { parameter, useParam, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { LinkButton } from '@/ui/button'
import { Commit } from '@/ui/commit'
import { CopyButton } from '@/ui/copy-button'
import { KeyValue } from '@/ui/key-value'
import { Row, Stack } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Time } from '@/ui/time'
import { type CommitRow, useOpenRepository } from '../queries'
import { RefChoice } from '@/ui/ref-choice'
import styles from '../repositories.module.css'
import { AffectedTable } from './affected-table'

const parseSearch = (raw: Readonly<Record<string, unknown>>) => ({ branch: parameter.text(raw['branch']) })

export default function CommitPage() {
  const { organization, repository } = useOpenRepository()
  const [search, setSearch] = useSearchState(parseSearch)
  const sha = useParam('commit')
  // The list from this commit on begins with it.
  const { data } = useSuspenseQuery(
    get('/api/v2/repositories/{repository}/commits', { params: { path: { repository: repository.id }, query: { ref: sha, 'page[size]': 1 } } }),
  )
  const commit = data.data[0] as CommitRow | undefined
  const affected = useQuery(
    get('/api/v2/repositories/{repository}/commits/{commit}/affected', {
      params: { path: { repository: repository.id, commit: sha }, query: { ...(search.branch && { branch: search.branch }) } },
    }),
  )
  const home = addresses.repository(organization, repository.id)
  const attributes = commit?.attributes
  const [, ...more] = (attributes?.message ?? '').trim().split('\n')
  const body = more.join('\n').trim()
  return (
    <>
      <PageHead
        title={attributes?.subject || sha}
        crumbs={[
          { title: 'Repositories', to: addresses.repositories(organization) },
          { title: repository.attributes['full-name'], to: home },
          { title: 'Commits', to: addresses.repository(organization, repository.id, 'commits') },
        ]}
        actions={
          <LinkButton to={home} search={{ ref: commit?.id ?? sha }} icon="folder">
            Files
          </LinkButton>
        }
      />
      <Stack gap={4}>
        {body && <pre className={styles.message}>{body}</pre>}
        <KeyValue
          entries={[
            [
              'Commit',
              <span key="commit" className={styles.copied}>
                <code>{commit?.id ?? sha}</code>
                <CopyButton text={commit?.id ?? sha} what="the commit" />
              </span>,
            ],
            attributes ? ['Author', `${attributes.author} <${attributes['author-email']}>`] : null,
            attributes ? ['Committed', <Time key="at" at={attributes['committed-at']} />] : null,
            attributes
              ? [
                  attributes.parents.length === 1 ? 'Parent' : 'Parents',
                  attributes.parents.length === 0 ? (
                    'none: it is the first'
                  ) : (
                    <Row key="parents" isWrapping>
                      {attributes.parents.map((parent) => (
                        <Commit key={parent} sha={parent} to={addresses.commit(organization, repository.id, parent)} />
                      ))}
                    </Row>
                  ),
                ]
              : null,
          ]}
        />
        <Section
          title="Which runs would it start?"
          about="If it were pushed now. The files that it changes against its first parent decide, with the local modules and files that each workspace’s code refers to."
          actions={
            <RefChoice
              repository={repository.id}
              value={search.branch ?? ''}
              only="branch"
              label="Pushed to"
              placeholder={`pushed to ${repository.attributes['default-branch'] ?? 'a branch'}`}
              onChange={(branch) => void setSearch({ branch: branch || undefined })}
            />
          }
        >
          {affected.error ? (
            <ErrorNotice error={toApiError(affected.error)} onRetry={() => void affected.refetch()} />
          ) : (
            <AffectedTable organization={organization} repository={repository.id} rows={affected.data?.data as never} />
          )}
        </Section>
      </Stack>
    </>
  )
}
