// What the pages of storages read, in one place.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get, type ResourceOf, type Schema, stale } from '@/api/query'
import { useOrganization, useParam } from '@/lib/search'

export type Storage = ResourceOf<'Storage'>
export type Place = Schema<'StoragePlace'>
export type Difference = Schema<'StorageDifference'>

export const READ = 'storage.read'
export const CREATE = 'storage.create'
export const UPDATE = 'storage.update'
export const DESTROY = 'storage.destroy'

/** The storage that the address names, with the version that `If-Match` wants. */
export function useOpenStorage() {
  const organization = useOrganization()
  const id = useParam('storage')
  const { data } = useSuspenseQuery(get('/api/v2/storages/{storage}', { params: { path: { storage: id } } }))
  return { organization, storage: data.data as Storage, etag: data.etag }
}

export const staleStorages = [stale('/api/v2/organizations/{organization}/storages'), stale('/api/v2/storages/{storage}')]
