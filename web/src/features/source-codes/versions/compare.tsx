// What changes for whoever goes from this version to another.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { parameter, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { ValueDiff } from '@/ui/diff'
import { KeyValue } from '@/ui/key-value'
import { Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { Select } from '@/ui/select'
import { Files } from './files'
import { Notes } from './notes'
import { comparison, type Version, versionsOf } from './queries'
import styles from '../source-codes.module.css'

export const parseCompareSearch = (raw: Readonly<Record<string, unknown>>) => ({ with: parameter.text(raw['with']) })

export function Compare({ organization, template, version }: { organization: string; template: string; version: Version }) {
  const [search, setSearch] = useSearchState(parseCompareSearch)
  const all = useQuery(versionsOf(organization, template, undefined)).data?.data ?? []
  const others = all.filter(({ id }) => id !== version.id)
  if (others.length === 0) return null
  return (
    <Section title="Compare" isRuled>
      <Stack gap={3}>
        <div className={styles.bar}>
          <Select
            label="With"
            isLabelHidden
            value={search.with ?? ''}
            onChange={(other) => void setSearch({ with: other || undefined }, { replace: true })}
            options={[{ value: '', text: 'Another version' }, ...others.map(({ id, attributes }) => ({ value: id, text: attributes.ref }))]}
          />
        </div>
        {search.with && <Comparison version={version.id} other={search.with} />}
      </Stack>
    </Section>
  )
}

function Comparison({ version, other }: { version: string; other: string }) {
  const { data, error, refetch } = useQuery(comparison(version, other))
  if (error) return <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
  if (!data) return null
  const found = data.data.attributes
  return (
    <Stack gap={4}>
      <Notes notes={found.notes} empty="What it takes and gives is the same." />
      {found.settings.length > 0 && (
        <KeyValue
          width="lg"
          entries={found.settings.map(({ field, before, after }) => [field, <ValueDiff key={field} before={{ text: textOf(before) }} after={{ text: textOf(after) }} />])}
        />
      )}
      <Files files={found.files} isCut={found['is-cut']} />
    </Stack>
  )
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value)
}
