// The run's way from start to end.
import { Duration } from '@/ui/time'
import { Rail } from '@/ui/rail'
import type { RunDetail } from './queries'
import { stationsOf } from './phases'
import styles from './run.module.css'

export function PhaseRail({ detail }: { detail: RunDetail }) {
  const stations = stationsOf(detail).map(({ name, icon, tone, place, from, to, detail: words, hasMarks }) => ({
    name,
    icon,
    tone,
    place,
    ...(words && { detail: words }),
    ...(from && { end: to ? <Duration from={from} to={to} /> : <Duration from={from} isStopwatch /> }),
    ...(hasMarks && from && to && { seconds: (Date.parse(to) - Date.parse(from)) / 1_000 }),
  }))
  return (
    <div className={styles.rail} data-stations={stations.length}>
      <Rail label="Phases" stations={stations} />
    </div>
  )
}
