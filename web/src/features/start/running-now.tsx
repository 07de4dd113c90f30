// Runs that go on by themselves, with how long they take.
import { useQuery } from '@tanstack/react-query'
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { Text } from '@/ui/text'
import { Duration } from '@/ui/time'
import { movingRuns, related, type RunList, totalOf, workspaceOf } from './queries'
import styles from './aside.module.css'

const SHOWN = 6

export function RunningNow({ organization }: { organization: string }) {
  const list = useQuery(movingRuns(organization)).data as RunList | undefined
  const runs = list?.data ?? []
  return (
    <Section title="Running now" count={runs.length > 0 ? totalOf(list) : undefined} isRuled>
      {runs.length === 0 && <p className={styles.none}>Nothing runs.</p>}
      <ul>
        {runs.slice(0, SHOWN).map((run) => (
          <Running
            key={run.id}
            organization={organization}
            run={run}
            workspace={(list && workspaceOf(list, run)?.attributes.name) ?? related(run, 'workspace') ?? ''}
          />
        ))}
      </ul>
      {totalOf(list) > SHOWN && (
        <p className={styles.none}>
          <Link to={addresses.runs(organization)}>{totalOf(list) - SHOWN} more</Link>
        </p>
      )}
    </Section>
  )
}

function Running({ organization, run, workspace }: { organization: string; run: ResourceOf<'Run'>; workspace: string }) {
  const { status, message } = run.attributes
  const why = run.attributes['waiting-for']
  return (
    <li className={styles.running}>
      <Link to={addresses.run(organization, workspace, run.id)} look="name">
        {workspace}
      </Link>
      <Text level={3}>
        <Duration from={run.attributes['created-at']} isStopwatch />
      </Text>
      <div className={styles.state}>
        <Status of="run" value={status} />
        <Text level={3} isSmall isCut title={why ?? message}>
          {why ?? message}
        </Text>
      </div>
    </li>
  )
}
