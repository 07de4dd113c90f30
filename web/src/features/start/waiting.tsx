// The rows that wait: plans to confirm, workspaces whose newest run failed.
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { LinkButton } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { related, type RunList, totalOf, workspaceOf } from './queries'
import { PlanCounts, Row } from './row'
import styles from './waiting.module.css'

interface ListProps {
  organization: string
  list: RunList
}

/** Plans that the caller may confirm. */
export function Approvals({ organization, list }: ListProps) {
  if (list.data.length === 0) return null
  return (
    <Section title="Approvals" count={totalOf(list)} isRuled>
      <ul className={styles.rows}>
        {list.data.map((run, at) => (
          <Approval key={run.id} organization={organization} run={run} workspace={nameOf(list, run)} isFirst={at === 0} />
        ))}
      </ul>
      <More organization={organization} list={list} />
    </Section>
  )
}

interface ItemProps {
  organization: string
  run: ResourceOf<'Run'>
  /** The name of its workspace. */
  workspace: string
}

/** `isFirst`: it has the page's one primary action. */
function Approval({ organization, run, workspace, isFirst }: ItemProps & { isFirst: boolean }) {
  const since = run.attributes['status-timestamps']['planned-at'] ?? run.attributes['created-at']
  const to = addresses.run(organization, workspace, run.id)
  return (
    <Row
      icon="waiting"
      tone="accent"
      title={run.attributes.message || (run.attributes['is-destroy'] ? 'Destroy everything' : 'Plan')}
      to={to}
      facts={[
        workspace,
        run.attributes['started-by'] ?? null,
        run.attributes['is-destroy'] ? <Text key="destroy">destroys everything</Text> : null,
        <span key="since">
          waiting <Time at={since} form="short" />
        </span>,
      ]}
      end={<PlanCounts run={run.id} />}
      action={
        <LinkButton to={to} size="sm" look={isFirst ? 'primary' : 'default'}>
          Review
        </LinkButton>
      }
    />
  )
}

/** Runs that somebody has to look at. */
export function Failures({ organization, list }: ListProps) {
  if (list.data.length === 0) return null
  return (
    <Section title="Failures" count={totalOf(list)} isRuled>
      <ul className={styles.rows}>
        {list.data.map((run) => (
          <Failure key={run.id} organization={organization} run={run} workspace={nameOf(list, run)} />
        ))}
      </ul>
      <More organization={organization} list={list} />
    </Section>
  )
}

function Failure({ organization, run: { id, attributes }, workspace }: ItemProps) {
  const to = addresses.run(organization, workspace, id)
  const at = attributes['status-timestamps']['errored-at'] ?? attributes['created-at']
  return (
    <Row
      icon="failed"
      tone="danger"
      title={sentence(attributes['error-message']) ?? 'The run failed'}
      to={to}
      facts={[
        workspace,
        attributes.message || null,
        attributes['started-by'] ?? null,
        attributes['status-timestamps']['applying-at'] ? 'applying' : 'planning',
        <Time key="at" at={at} />,
      ]}
      action={
        <LinkButton to={to} size="sm">
          Open
        </LinkButton>
      }
    />
  )
}

/** Where the others are. */
function More({ organization, list }: ListProps) {
  const more = totalOf(list) - list.data.length
  if (more <= 0) return null
  return (
    <p className={styles.more}>
      <Link to={addresses.runs(organization)}>{more} more among all runs</Link>
    </p>
  )
}

/** The name of the workspace; its id while the list does not say it. */
function nameOf(list: RunList, run: ResourceOf<'Run'>): string {
  return workspaceOf(list, run)?.attributes.name ?? related(run, 'workspace') ?? ''
}

/** In place of the rows when there are none. */
export function AllQuiet({ organization }: { organization: string }) {
  return (
    <Section title="Waiting for you" isRuled>
      <div className={styles.quiet}>
        <Icon name="ok" tone="neutral" />
        <p>
          No plan and no change of a resource waits for you, and no workspace failed. What you may confirm and failures appear here by
          themselves.{' '}
          <Link to={addresses.workspaces(organization)}>All workspaces</Link>
        </p>
      </div>
    </Section>
  )
}

function sentence(text: string | null | undefined): string | null {
  return text ? text.charAt(0).toUpperCase() + text.slice(1) : null
}
