// The plan of a run in numbers.
import { useQuery } from '@tanstack/react-query'
import { Counts } from '@/ui/counts'
import { Text } from '@/ui/text'
import { runWithPlan } from '../queries'

interface PlanAttributes {
  readonly 'has-changes'?: boolean | null
  readonly 'resource-additions'?: number | null
  readonly 'resource-changes'?: number | null
  readonly 'resource-destructions'?: number | null
}

export function PlanCounts({ run }: { run: string }) {
  const { data } = useQuery({ ...runWithPlan(run), retry: false })
  const included = ((data as { included?: unknown } | undefined)?.included ?? []) as readonly { type: string; attributes: PlanAttributes }[]
  const plan = included.find(({ type }) => type === 'plans')?.attributes
  if (!plan || typeof plan['resource-additions'] !== 'number') return <Text level={3}>No plan yet.</Text>
  return (
    <Counts
      counts={{
        create: plan['resource-additions'],
        update: plan['resource-changes'] ?? 0,
        destroy: plan['resource-destructions'] ?? 0,
      }}
    />
  )
}
