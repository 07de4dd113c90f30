// The next times of a schedule, as the clocks there show them.
import { Icon } from '@/ui/icon'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import type { NextTime } from './queries'
import styles from './schedules.module.css'

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
