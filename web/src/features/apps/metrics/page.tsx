// What an app takes of its machines, and how it answers.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { quoted } from '@/lib/shell'
import { parameter, type ParseSearch, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Command } from '@/ui/command'
import { Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { Segmented } from '@/ui/segmented'
import { Text } from '@/ui/text'
import { metricsOf, useOpenApp } from '../queries'
import { Charts } from './charts'
import { type Period, PERIOD_NAMES, PERIODS } from './words'

const parsePeriod: ParseSearch<{ readonly period: Period | undefined }> = (raw) => ({ period: parameter.oneOf(raw['period'], PERIOD_NAMES) })

export default function Metrics() {
  const { app } = useOpenApp()
  const { name } = app.attributes
  const [{ period = '1h' }, change] = useSearchState(parsePeriod)
  const { hours, step } = PERIODS[period]
  const { data, error, refetch } = useQuery(metricsOf(app.id, hours, step))
  const metrics = data?.data.attributes
  return (
    <Section
      title="Metrics"
      about="Of all its units together, and of the requests that came through the router."
      actions={<Segmented label="Of the last" value={period} options={PERIOD_NAMES.map((value) => ({ value, text: PERIODS[value].text }))} onChange={(next) => void change({ period: next })} />}
    >
      <Stack gap={6}>
        {error && !data ? (
          <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
        ) : metrics?.points.length === 0 ? (
          <Text level={3}>Nobody measured anything in this time: no unit ran.</Text>
        ) : (
          metrics && <Charts app={app} metrics={metrics} />
        )}
        <Command text={`slipway app metrics ${quoted(name)} --since ${period}`} />
      </Stack>
    </Section>
  )
}
