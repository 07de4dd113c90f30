// What units of an app wrote and is kept, also of those that are gone: searched, the newest first.
import { useInfiniteQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { counted } from '@/lib/numbers'
import { parameter, type ParseSearch, useSearchState } from '@/lib/search'
import { command, quoted } from '@/lib/shell'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { FilterBar } from '@/ui/filter-bar'
import { Stack } from '@/ui/layout'
import { Matched } from '@/ui/matched'
import { Text } from '@/ui/text'
import { type App, keptLogOf } from '../queries'
import styles from './logs.module.css'

const SINCE = { '15m': 0.25, '1h': 1, '6h': 6, '1d': 24, '7d': 168 } as const
const SINCE_WORDS: Readonly<Record<keyof typeof SINCE, string>> = { '15m': 'Last 15 minutes', '1h': 'Last hour', '6h': 'Last 6 hours', '1d': 'Last day', '7d': 'Last 7 days' }
const TIMES = Object.keys(SINCE) as readonly (keyof typeof SINCE)[]

interface KeptSearch {
  readonly text: string | undefined
  readonly process: string | undefined
  readonly unit: string | undefined
  readonly since: keyof typeof SINCE | undefined
}

const parseKept: ParseSearch<KeptSearch> = (raw) => ({
  text: parameter.text(raw['text']),
  process: parameter.text(raw['process']),
  unit: parameter.text(raw['unit']),
  since: parameter.oneOf(raw['since'], TIMES),
})

const CLOCK = new Intl.DateTimeFormat('en-GB', { dateStyle: 'short', timeStyle: 'medium' })

export function KeptLog({ app }: { app: App }) {
  const { name, processes } = app.attributes
  const [{ text = '', process = '', unit = '', since }, change] = useSearchState(parseKept)
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isPending } = useInfiniteQuery(
    keptLogOf(app.id, { search: text, process, unit, hours: since ? SINCE[since] : 0 }),
  )
  const lines = data?.pages.flatMap((page) => page.data.attributes.lines) ?? []
  // What stands behind `regex:` is no text.
  const sought = text.startsWith('regex:') ? '' : text.toLowerCase()
  return (
    <Stack gap={4}>
      <FilterBar
        text={{ name: 'text', placeholder: 'Find in what is kept' }}
        filters={[
          { name: 'since', title: 'Since', options: TIMES.map((value) => ({ value, text: SINCE_WORDS[value] })) },
          { name: 'process', title: 'Process', options: processes.map((one) => ({ value: one.name, text: one.name })) },
          { name: 'unit', title: 'Unit', placeholder: 'web-3-0', isMono: true },
        ]}
        values={{ text: text || undefined, since, process: process || undefined, unit: unit || undefined }}
        onChange={(changes) => void change(changes as never)}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : lines.length === 0 ? (
        !isPending && <Text level={3}>{text || process || unit || since ? 'No line that is kept is like that.' : 'Nothing is kept yet. What its units write stays here when they are gone.'}</Text>
      ) : (
        <>
          <Text level={3} isSmall>
            {`${counted(lines.length, 'line')}, the newest first${hasNextPage ? '; there are more' : ''}`}
          </Text>
          <ol className={styles.lines} aria-label="Kept lines">
            {lines.map((line) => (
              <li key={line.cursor}>
                <time dateTime={line.at}>{CLOCK.format(Date.parse(line.at))}</time>
                <span className={styles.unit}>{line.unit}</span>
                <span className={styles.text}>
                  <Matched text={line.text} sought={sought} />
                </span>
              </li>
            ))}
          </ol>
          {hasNextPage && (
            <div>
              <Button isBusy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                Older lines
              </Button>
            </div>
          )}
        </>
      )}
      <Command
        text={command(
          `slipway app logs ${quoted(name)}`,
          since && `--since ${since}`,
          text && `--search ${quoted(text)}`,
          process && `--process ${quoted(process)}`,
          unit && `--unit ${quoted(unit)}`,
        )}
      />
    </Stack>
  )
}
