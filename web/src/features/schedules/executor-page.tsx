// The schedules of an executor.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { get, related } from '@/api/query'
import { useRefusal } from '@/api/allowed'
import { useOrganization, useParam } from '@/lib/search'
import { quoted } from '@/lib/shell'
import { Command } from '@/ui/command'
import { MANAGE } from './queries'
import { Schedules } from './section'

export default function ExecutorSchedules() {
  const organization = useOrganization()
  const executor = useParam('executor')
  const { data: shown } = useSuspenseQuery(get('/api/v2/executors/{executor}', { params: { path: { executor } } })).data
  const list = useQuery(get('/api/v2/executors/{executor}/schedules', { params: { path: { executor } } }))
  const refusal = useRefusal(organization, related(shown, 'project'), MANAGE)
  const { name } = shown.attributes
  return (
    <Schedules
      organization={organization}
      object={{ kind: 'executor', id: executor, name }}
      list={list}
      refusal={refusal}
      about="Run it every night, or destroy what it made when that is not needed any more: by a cron expression with a time zone, at a moment, or after a time."
      command={<Command text={`slipway schedule create --executor ${quoted(name)} --action apply --cron '0 2 * * *'`} />}
    />
  )
}
