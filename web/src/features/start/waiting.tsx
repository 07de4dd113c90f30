// The rows that wait: plans to confirm, workspaces whose newest run failed.
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { LinkButton } from '@/ui/button'
import { Counts } from '@/ui/counts'
import { Icon, type IconName, type Tone } from '@/ui/icon'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Facts, Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { type Detail, related, runWithPlan, workspace } from './queries'
import styles from './waiting.module.css'

/** Plans that the caller may confirm. */
export function Approvals({ organization, runs }: { organization: string; runs: readonly Detail[] }) {
  if (runs.length === 0) return null
  return (
    <Section title="Approvals" count={runs.length} isRuled>
      <ul className={styles.rows}>
        {runs.map((run, at) => (
          <Approval key={run.data.id} organization={organization} detail={run} isFirst={at === 0} />
        ))}
      </ul>
    </Section>
  )
}

interface ApprovalProps {
  organization: string
  detail: Detail
  /** The page's one primary action. */
  isFirst: boolean
}

function Approval({ organization, detail, isFirst }: ApprovalProps) {
  const run = detail.data
  const id = related(run, 'workspace') ?? ''
  const name = useQuery(workspace(id)).data?.data.attributes.name
  const plan = planOf(detail)
  const since = run.attributes['status-timestamps']['planned-at'] ?? run.attributes['created-at']
  const to = addresses.run(organization, name ?? id, run.id)
  return (
    <Row
      icon="waiting"
      tone="accent"
      title={run.attributes.message || (run.attributes['is-destroy'] ? 'Destroy everything' : 'Plan')}
      to={to}
      facts={[
        name ?? '…',
        run.attributes['started-by'] ?? null,
        run.attributes['is-destroy'] ? <Text key="destroy">destroys everything</Text> : null,
        <span key="since">
          waiting <Time at={since} form="short" />
        </span>,
      ]}
      end={plan && <Counts counts={plan} />}
      action={
        <LinkButton to={to} size="sm" look={isFirst ? 'primary' : 'default'}>
          Review
        </LinkButton>
      }
    />
  )
}

/** Workspaces that somebody has to look at. */
export function Failures({ organization, workspaces }: { organization: string; workspaces: readonly ResourceOf<'Workspace'>[] }) {
  if (workspaces.length === 0) return null
  return (
    <Section title="Failures" count={workspaces.length} isRuled>
      <ul className={styles.rows}>
        {workspaces.map((one) => (
          <Failure key={one.id} organization={organization} failed={one} />
        ))}
      </ul>
    </Section>
  )
}

function Failure({ organization, failed }: { organization: string; failed: ResourceOf<'Workspace'> }) {
  const id = related(failed, 'latest-run')
  const run = useQuery({ ...runWithPlan(id ?? ''), enabled: id !== null }).data?.data.attributes
  const { name } = failed.attributes
  const to = id ? addresses.run(organization, name, id) : addresses.workspace(organization, name)
  const at = run?.['status-timestamps']['errored-at'] ?? failed.attributes['latest-change-at']
  return (
    <Row
      icon="failed"
      tone="danger"
      title={sentence(run?.['error-message']) ?? 'The run failed'}
      to={to}
      facts={[
        name,
        run?.message || null,
        run?.['started-by'] ?? null,
        run && run['status-timestamps']['applying-at'] ? 'applying' : run ? 'planning' : null,
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

interface RowProps {
  icon: IconName
  tone: Tone
  title: string
  to: string
  facts: readonly ReactNode[]
  end?: ReactNode
  action: ReactNode
}

function Row({ icon, tone, title, to, facts, end, action }: RowProps) {
  return (
    <li className={styles.row}>
      <Icon name={icon} tone={tone} />
      <div className={styles.text}>
        <Link to={to} look="name">
          {title}
        </Link>
        <div className={styles.facts}>
          <Facts>{facts}</Facts>
        </div>
      </div>
      {end && <div className={styles.end}>{end}</div>}
      <div className={styles.action}>{action}</div>
    </li>
  )
}

/** In place of the rows when there are none. */
export function AllQuiet({ organization }: { organization: string }) {
  return (
    <Section title="Waiting for you" isRuled>
      <div className={styles.quiet}>
        <Icon name="ok" tone="neutral" />
        <p>
          No plan waits for you, and no workspace failed. Plans that you may confirm and failures appear here by themselves.{' '}
          <Link to={addresses.workspaces(organization)}>All workspaces</Link>
        </p>
      </div>
    </Section>
  )
}

interface PlanAttributes {
  readonly 'resource-additions'?: number | null
  readonly 'resource-changes'?: number | null
  readonly 'resource-destructions'?: number | null
}

/** The numbers of the plan that came with the run. */
function planOf(document: Detail) {
  const included = (document.included ?? []) as readonly { type: string; attributes: PlanAttributes }[]
  const plan = included.find((one) => one.type === 'plans')?.attributes
  if (!plan) return null
  return {
    create: plan['resource-additions'] ?? 0,
    update: plan['resource-changes'] ?? 0,
    destroy: plan['resource-destructions'] ?? 0,
  }
}

function sentence(text: string | null | undefined): string | null {
  return text ? text.charAt(0).toUpperCase() + text.slice(1) : null
}
