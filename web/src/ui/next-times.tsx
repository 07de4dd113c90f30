// What a schedule means, asked of the server, which is who starts what it says: in words, and its next times as the clocks there show them.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { call, type Schema } from '@/api/query'
import { useSettled } from '@/lib/delayed'
import { Icon } from './icon'
import styles from './next-times.module.css'
import { Text } from './text'
import { Time } from './time'

type NextTime = Schema<'ScheduleTime'>

export function NextTimes({ times }: { times: readonly NextTime[] }) {
  return (
    <ol className={styles.times} aria-label="Next times">
      {times.map(({ at, local, note }) => (
        <li key={at}>
          <span>{local}</span>
          <Text level={3}>
            <Time at={at} />
          </Text>
          {note && (
            <Text isSmall level={2}>
              <Icon name="warning" size={12} tone="warning" /> {note}
            </Text>
          )}
        </li>
      ))}
    </ol>
  )
}

/** After this long without another key. */
const SETTLED_MS = 250

/** Of times that are being typed, as the API takes them. */
export function TimesPreview({ times }: { times: object }) {
  const attributes = useSettled(JSON.stringify(times), SETTLED_MS)
  const { data, error } = useQuery({
    queryKey: ['schedule preview', attributes],
    queryFn: () =>
      call('post', '/api/v2/schedules/actions/preview', {
        body: { data: { type: 'schedule-trials', attributes: JSON.parse(attributes) as object } },
      }),
    placeholderData: (before) => before,
    retry: false,
  })
  return (
    <section className={styles.preview} aria-label="What this means" aria-live="polite">
      {error ? (
        <Text level={2}>{toApiError(error).fields[0]?.detail ?? toApiError(error).message}</Text>
      ) : (
        data && (
          <>
            <Text isStrong>{data.data.attributes.words}</Text>
            <NextTimes times={data.data.attributes['next-times']} />
          </>
        )
      )}
    </section>
  )
}
