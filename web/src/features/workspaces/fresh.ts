// After a workspace was changed here: everything that shows it is read again, before its event comes.
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { stale } from '@/api/query'

const SHOWING = [
  stale('/api/v2/organizations/{organization}/workspaces/{workspace}'),
  stale('/api/v2/workspaces/{workspace}'),
  stale('/api/v2/organizations/{organization}/workspaces'),
  stale('/api/v2/organizations/{organization}/workspaces-summary'),
]

export async function freshWorkspace(queries: QueryClient): Promise<void> {
  await Promise.all(SHOWING.map((queryKey) => queries.invalidateQueries({ queryKey })))
}

/** Reads again what shows workspaces. */
export function useFreshWorkspace(): () => Promise<void> {
  const queries = useQueryClient()
  return useCallback(() => freshWorkspace(queries), [queries])
}
