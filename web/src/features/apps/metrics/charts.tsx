// Four charts of what was measured: processors, memory, requests and how long answers take.
import { useQuery } from '@tanstack/react-query'
import type { Schema } from '@/api/query'
import { bytes, counted } from '@/lib/numbers'
import { Chart, roundedBytes } from '@/ui/chart'
import { Text } from '@/ui/text'
import { type App, type Deploy, deploysOf } from '../queries'
import { line, milliseconds, perSecond, short } from './words'
import styles from './metrics.module.css'

export function Charts({ app, metrics }: { app: App; metrics: Schema<'AppMetrics'> }) {
  const { points, 'step-seconds': step } = metrics
  const deploys = (useQuery(deploysOf(app.id)).data?.data ?? []) as readonly Deploy[]
  const newest = points.at(-1)
  const [from, to] = [Date.parse(metrics.from), Date.parse(metrics.to)]
  const moments = deploys.filter(({ attributes }) => attributes.status === 'deployed').map(({ attributes }) => Date.parse(attributes['ended-at'] ?? attributes['created-at']))
  const shared = { from, to, moments }
  const errors = points.some((point) => point.errors > 0)
  const p95 = newest?.['p95-ms']
  return (
    <>
      <div className={styles.charts}>
        <Chart
          {...shared}
          title="Processors"
          now={short((newest?.processor ?? 0) / 1_000)}
          unit={`of ${counted(newest?.units ?? 0, 'unit')}`}
          points={line(points, step, ({ processor }) => processor / 1_000)}
          most={short}
          label={`Processors, now ${short((newest?.processor ?? 0) / 1_000)}`}
        />
        <Chart
          {...shared}
          title="Memory"
          now={bytes(newest?.memory ?? 0)}
          unit={typeof newest?.['memory-percent'] === 'number' ? `${newest['memory-percent']} % of what a unit may` : 'without a limit'}
          points={line(points, step, ({ memory }) => memory)}
          most={bytes}
          upTo={roundedBytes}
          label={`Memory, now ${bytes(newest?.memory ?? 0)}`}
        />
        <Chart
          {...shared}
          title="Requests"
          now={short(perSecond(newest?.requests ?? 0, step))}
          unit="a second"
          points={line(points, step, ({ requests }) => perSecond(requests, step))}
          {...(errors && { other: line(points, step, (point) => perSecond(point.errors, step)) })}
          most={short}
          label={`Requests a second, now ${short(perSecond(newest?.requests ?? 0, step))}`}
        />
        <Chart
          {...shared}
          title="Latency"
          now={typeof p95 === 'number' ? milliseconds(p95) : '–'}
          unit="p95: 95 of 100 were faster"
          points={line(points, step, (point) => point['p95-ms'])}
          most={milliseconds}
          label={`Latency, p95 now ${typeof p95 === 'number' ? milliseconds(p95) : 'unknown'}`}
        />
      </div>
      <Text level={3} isSmall>
        {`Upright lines are deploys.${errors ? ' The second line of requests are those that were answered with 5xx.' : ''}`}
      </Text>
    </>
  )
}
