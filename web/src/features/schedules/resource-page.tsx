// The schedules of a resource: keeping it up to date, and its end.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { get, related } from '@/api/query'
import { useRefusal } from '@/api/allowed'
import { useOrganization, useParam } from '@/lib/search'
import { MANAGE } from './queries'
import { Schedules } from './section'

export default function ResourceSchedules() {
  const organization = useOrganization()
  const resource = useParam('resource')
  const { data: shown } = useSuspenseQuery(get('/api/v2/resources/{resource}', { params: { path: { resource } } })).data
  const list = useQuery(get('/api/v2/resources/{resource}/schedules', { params: { path: { resource } } }))
  const gone = shown.attributes.state === 'destroyed' ? 'It is destroyed.' : null
  const refusal = useRefusal(organization, related(shown, 'project'), MANAGE) ?? gone
  return (
    <Schedules
      organization={organization}
      object={{ kind: 'resource', id: resource, name: shown.attributes.name }}
      list={list}
      refusal={refusal}
      about="Destroy it when a demo is over, or bring it up to date every night: by a cron expression with a time zone, at a moment, or after a time."
      shortcut={{ title: 'Destroy it after a time…', start: { action: 'destroy', when: 'after', after: '8h' } }}
    />
  )
}
