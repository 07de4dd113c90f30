// The newest run that may apply: how it stands, who started it and why, what it changes.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { ErrorNotice } from '@/ui/alert'
import { LinkButton } from '@/ui/button'
import { Commit, Ref } from '@/ui/commit'
import { Counts } from '@/ui/counts'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Skeleton } from '@/ui/skeleton'
import { Status } from '@/ui/status'
import { Facts, Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { run as runById, type WorkspaceRow } from '../queries'
import styles from './overview.module.css'

interface LastRunProps {
  organization: string
  workspace: WorkspaceRow
  id: string
}

export function LastRun({ organization, workspace, id }: LastRunProps) {
  const { name } = workspace.attributes
  const { data: document, error, refetch } = useQuery(runById(id))
  const to = addresses.run(organization, name, id)
  const run = document?.data.attributes
  const plan = planOf(document)
  const waits = run?.actions['is-confirmable'] ?? false
  return (
    <Section
      title="Last run"
      isRuled
      actions={
        <Link to={addresses.workspace(organization, name, 'runs')}>All runs</Link>
      }
    >
      {error && <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />}
      {!run && !error && <Skeleton height={44} />}
      {run && (
        <div className={styles.run}>
          <div className={styles.runText}>
            <div className={styles.runTitle}>
              <Status of="run" value={run.status} />
              <Link to={to} look="name">
                {run.message || 'A run without a message'}
              </Link>
            </div>
            <Text level={3} isSmall>
              <Facts>
                {[
                  run['started-by'] ?? 'the system',
                  run.commit ? null : `from ${SOURCES[run.source] ?? run.source}`,
                  run.commit ? <Commit key="commit" sha={run.commit.sha} to={addresses.commit(organization, run.commit['repository-id'], run.commit.sha)} /> : null,
                  run.commit ? <Ref key="ref" branch={run.commit.branch} tag={run.commit.tag} /> : null,
                  <Time key="at" at={run['created-at']} />,
                  run['is-destroy'] ? 'destroys everything' : null,
                ]}
              </Facts>
            </Text>
            {run['error-message'] && <p className={styles.failure}>{run['error-message']}</p>}
            {run['waiting-for'] && <Text level={2}>{run['waiting-for']}</Text>}
          </div>
          {plan && <Counts counts={plan} />}
          <LinkButton to={to} size="sm">
            {waits ? 'Review' : 'Open'}
          </LinkButton>
        </div>
      )}
    </Section>
  )
}

const SOURCES: Readonly<Record<string, string>> = { cli: 'the command line', ui: 'the console', api: 'the API', schedule: 'a schedule' }

/** What is needed of the plan that comes with the run. */
interface PlanAttributes {
  readonly status: string
  readonly 'resource-additions'?: number | null
  readonly 'resource-changes'?: number | null
  readonly 'resource-destructions'?: number | null
}

/** The plan's numbers; nothing before there is a plan. */
function planOf(document: { included?: unknown } | undefined) {
  const included = (document?.included ?? []) as readonly { type: string; attributes: PlanAttributes }[]
  const plan = included.find(({ type }) => type === 'plans')?.attributes
  if (plan?.status !== 'finished') return null
  return {
    create: plan['resource-additions'] ?? 0,
    update: plan['resource-changes'] ?? 0,
    destroy: plan['resource-destructions'] ?? 0,
  }
}
