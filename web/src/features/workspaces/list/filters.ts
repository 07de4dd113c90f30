// What the list can be filtered by.
import { useQuery } from '@tanstack/react-query'
import { call } from '@/api/query'
import type { Filter } from '@/ui/filter-bar'
import { projects } from '../queries'
import { filterOf, STANDINGS } from './standing'

const STATUSES = STANDINGS.map((standing) => ({ value: filterOf(standing), text: standing.word }))

const LOCKS = [
  { value: 'true', text: 'yes' },
  { value: 'false', text: 'no' },
]

/** The filters of the bar; where there are many projects the server finds them. */
export function useFilters(organization: string): readonly Filter[] {
  const known = useQuery(projects(organization)).data
  const options = known?.data.map((one) => ({ value: one.id, text: one.attributes.name })) ?? []
  const hasMore = Boolean(known?.meta?.pagination?.['next-page'])
  return [
    { name: 'status', title: 'Status', options: STATUSES },
    { name: 'project', title: 'Project', options, ...(hasMore && { find: (typed: string) => foundProjects(organization, typed) }) },
    { name: 'locked', title: 'Locked', options: LOCKS },
    { name: 'tag', title: 'Tag', placeholder: 'env=prod', isMono: true },
  ]
}

async function foundProjects(organization: string, typed: string) {
  const { data } = await call('get', '/api/v2/organizations/{organization}/projects', {
    params: { path: { organization }, query: { 'page[size]': 50, ...(typed !== '' && { 'search[name]': typed }) } },
  })
  return data.map((one) => ({ value: one.id, text: one.attributes.name }))
}
