// Where no pull request is known, and how far one sees.
import type { Schema } from '@/api/query'
import { EmptyState } from '@/ui/empty-state'
import { Text } from '@/ui/text'

export function NoPullRequests({ name }: { name: string }) {
  return (
    <EmptyState title={`No pull request of ${name} was planned yet`}>
      Open one at the forge: what merging it would change is planned in every workspace that it concerns, and told in one comment. A draft
      waits until it is ready; one from a fork until somebody permitted writes <code>slipway allow</code>.
    </EmptyState>
  )
}

/** The list is made of the newest runs: says so where there are more. */
export function OnlyNewest({ meta, of }: { meta: Schema<'ListMeta'> | null | undefined; of: string }) {
  if (!meta?.pagination['next-page']) return null
  return <Text level={3}>Of the newest 100 runs of {of}.</Text>
}
