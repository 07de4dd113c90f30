// A run of which only the id is known: finds its workspace, and goes to its page.
import { useQuery } from '@tanstack/react-query'
import { Navigate } from '@tanstack/react-router'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization, useParam } from '@/lib/search'
import { ErrorPage } from '@/ui/error-page'
import { PageSkeleton } from '@/ui/skeleton'

export default function RunById() {
  const organization = useOrganization()
  const run = useParam('run')
  const { data, error, refetch } = useQuery(get('/api/v2/runs/{run}', { params: { path: { run }, query: { include: 'workspace' } } }))
  if (error) return <ErrorPage error={toApiError(error)} onRetry={() => void refetch()} />
  const included = (data?.included ?? []) as readonly unknown[] as readonly ResourceOf<'Workspace'>[]
  const workspace = included.find(({ type }) => type === 'workspaces')?.attributes.name
  return workspace ? <Navigate to={addresses.run(organization, workspace, run)} replace /> : <PageSkeleton />
}
