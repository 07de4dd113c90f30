// Whether runs get done here: runners and the queue.
import { useQueries, useQuery } from '@tanstack/react-query'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { KeyValue } from '@/ui/key-value'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Duration } from '@/ui/time'
import { movingRuns } from './queries'

const QUEUED = ['pending', 'plan_queued', 'apply_queued', 'confirmed']
const POOLS = 20

export function Platform({ organization }: { organization: string }) {
  return (
    <Section title="Platform" isRuled>
      <KeyValue
        width="sm"
        entries={[
          ['Runners', <Runners key="runners" organization={organization} />],
          ['Queue', <Queue key="queue" organization={organization} />],
        ]}
      />
    </Section>
  )
}

function Runners({ organization }: { organization: string }) {
  const path = { organization }
  const pools = useQuery(
    get('/api/v2/organizations/{organization}/agent-pools', { params: { path, query: { 'page[size]': POOLS } } }),
  )
  const runners = useQueries({
    queries: (pools.data?.data ?? []).map((pool) =>
      get('/api/v2/agent-pools/{runner_pool}/agents', { params: { path: { runner_pool: pool.id } } }),
    ),
    combine: (answers) => answers.flatMap((answer) => answer.data?.data ?? []),
  })
  if (pools.error) return <>You may not see runner pools</>
  if (!pools.data) return <>…</>
  if (pools.data.data.length === 0) return <>the server's own</>
  const here = runners.filter((runner) => runner.attributes.status !== 'exited')
  const ready = here.filter((runner) => runner.attributes.status !== 'unknown')
  const busy = here.filter((runner) => runner.attributes.status === 'busy')
  const to = addresses.settings(organization, 'runner-pools')
  if (here.length === 0) return <Link to={to}>none in {counted(pools.data.data.length, 'pool')}</Link>
  return (
    <Link to={to} look="plain">
      {ready.length} of {here.length} ready{busy.length > 0 && `, ${busy.length} busy`}
    </Link>
  )
}

function Queue({ organization }: { organization: string }) {
  const waiting = (useQuery(movingRuns(organization)).data?.data ?? []).filter((run) => QUEUED.includes(run.attributes.status))
  const oldest = waiting.at(-1)
  if (!oldest) return <>empty</>
  return (
    <>
      {waiting.length} {waiting.length === 1 ? 'waits' : 'wait'}, <Duration from={oldest.attributes['created-at']} />
    </>
  )
}
