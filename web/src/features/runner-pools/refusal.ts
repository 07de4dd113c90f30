// Why the caller may not change runner pools.
import type { Schema } from '@/api/query'

export function refusalOf({ name, permissions }: Schema<'Organization'>): string | null {
  if (permissions['can-manage-runner-pools']) return null
  return `You need the permission runner-pool.manage for this. Ask an administrator of ${name}.`
}
