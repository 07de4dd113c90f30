// One file, as text where it is one.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import type { Language } from '@/lib/highlight'
import { ErrorNotice } from '@/ui/alert'
import { Bytes } from '@/ui/bytes'
import { Code } from '@/ui/code'
import { Section } from '@/ui/section'
import { Skeleton } from '@/ui/skeleton'
import { Text } from '@/ui/text'
import styles from '../repositories.module.css'

interface FileViewProps {
  repository: string
  gitRef: string | undefined
  path: string
}

export function FileView({ repository, gitRef, path }: FileViewProps) {
  const { data, error, refetch } = useQuery(
    get('/api/v2/repositories/{repository}/file', { params: { path: { repository }, query: { path, ...(gitRef && { ref: gitRef }) } } }),
  )
  if (error) return <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height={240} />
  const { content, 'size-bytes': size } = data.data.attributes
  return (
    <Section title={path.split('/').at(-1)} count={<Bytes value={size} />}>
      {content === null || content === undefined ? (
        <p>
          <Text level={3}>This is no text.</Text>
        </p>
      ) : (
        // What scrolls is reached with the keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div className={styles.file} tabIndex={0} role="group" aria-label={path}>
          <Code text={content} language={languageOf(path)} copy="the file" />
        </div>
      )}
    </Section>
  )
}

function languageOf(path: string): Language {
  if (/\.(tf|tofu|tfvars|hcl)$/.test(path)) return 'hcl'
  return path.endsWith('.json') ? 'json' : 'text'
}
