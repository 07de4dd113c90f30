// What the times that are being typed mean: asked of the server, which is who starts what they say.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { useSettled } from '@/lib/delayed'
import { Text } from '@/ui/text'
import { NextTimes } from './next-times'
import styles from './schedules.module.css'
import { timesOf, type Values } from './words'

/** After this long without another key. */
const SETTLED_MS = 250

export function Preview({ values }: { values: Values }) {
  const attributes = useSettled(JSON.stringify(timesOf(values)), SETTLED_MS)
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
