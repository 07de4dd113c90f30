// What is known of the repository that an app is deployed from.
import { useQuery } from '@tanstack/react-query'
import { get, related, type ResourceOf } from '@/api/query'
import type { App } from '../queries'

export type AppRepository = ResourceOf<'AppRepository'>

/** Whether one is connected. */
export const hasRepository = (app: App) => related(app, 'repository') !== ''

/** Nothing where none is connected, and until it is read. */
export function useRepository(app: App) {
  const by = get('/api/v2/apps/{app}/repository', { params: { path: { app: app.id } } })
  const { data, error, refetch } = useQuery({ ...by, enabled: hasRepository(app), retry: false })
  return { repository: hasRepository(app) ? ((data?.data as AppRepository | undefined) ?? null) : null, error, refetch }
}
