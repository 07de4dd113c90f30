// What must be known about a run before anything else: why it waits, why it failed, what may have been left behind.
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { get, type Schema } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { count, counted } from '@/lib/numbers'
import { Alert } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { Code } from '@/ui/code'
import { Link } from '@/ui/link'
import { Panel } from '@/ui/section'
import { isFinal, isForPerson, type RunDetail } from './queries'
import styles from './run.module.css'

/** It carries out a change of a resource: that is where one decides. */
export function ManagedNotice({ organization, managedBy }: { organization: string; managedBy: string | null | undefined }) {
  if (!managedBy) return null
  return (
    <Alert
      tone="neutral"
      icon="resource"
      title="It carries out a change of a resource"
      action={
        <LinkButton size="sm" to={addresses.resource(organization, managedBy)}>
          Open the resource
        </LinkButton>
      }
    >
      The change is decided there, and its run with it.
    </Alert>
  )
}

/** Why it does not go on by itself; the way out stands beside it. */
export function WaitingNotice({ detail, organization, workspace, action }: WaitingNoticeProps) {
  const { status } = detail.run.attributes
  const isWaiting = !isFinal(status) && !isForPerson(status)
  const { data } = useQuery({ ...get('/api/v2/runs/{run}/waiting', { params: { path: { run: detail.run.id } } }), enabled: isWaiting })
  const waiting = data?.data
  const reason = waiting?.attributes.detail ?? detail.run.attributes['waiting-for']
  if (!isWaiting || !reason || waiting?.attributes.reason === 'nothing') return null
  const blocking = waiting?.relationships?.['blocking-run']?.data
  const blockingId = blocking && !Array.isArray(blocking) ? blocking.id : null
  return (
    <Alert tone="info" icon="queued" title={firstSentence(reason)} action={action}>
      {rest(reason)}{' '}
      {blockingId && <Link to={addresses.run(organization, workspace, blockingId)}>Open the run before it</Link>}
      {waiting && <Runners waiting={waiting.attributes} />}
    </Alert>
  )
}

interface WaitingNoticeProps {
  detail: RunDetail
  organization: string
  workspace: string
  action?: ReactNode
}

/** How much there is to do for those it waits for. */
function Runners({ waiting }: { waiting: Schema<'RunWaiting'> }) {
  const { runners, slots, position } = waiting
  const busy = waiting['busy-slots']
  const facts = [
    position && position > 1 ? `${count(position - 1)} before it` : null,
    runners ? `${counted(runners, 'runner')} connected` : null,
    slots ? `${count(busy ?? 0)} of ${counted(slots, 'place')} in use` : null,
  ].filter((fact) => fact !== null)
  return facts.length > 0 ? <span className={styles.quiet}> {facts.join(', ')}.</span> : null
}

/** Why it ended without having done what was wanted. */
export function FailureNotice({ detail }: { detail: RunDetail }) {
  const { status, 'error-message': message } = detail.run.attributes
  if (!message || !isFinal(status)) return null
  const isFailed = status === 'errored'
  const phase = detail.apply.attributes.status === 'errored' || detail.apply.attributes.status === 'canceled' ? 'Applying' : 'Planning'
  return (
    <Alert tone={isFailed ? 'danger' : 'neutral'} icon={isFailed ? 'failed' : 'canceled'} title={isFailed ? `${phase} failed.` : sentence(message)}>
      {isFailed && sentence(message)}
      {isFailed && phase === 'Applying' && !/plan again/i.test(message) && ' What was applied before stays; plan again to see what is left.'}
    </Alert>
  )
}

interface UnaccountedProps {
  detail: RunDetail
  organization: string
  workspace: string
  /** Asks what to plan again. */
  onAgain: () => void
  againRefusal: string | null
}

/** After an apply was lost: where the state and what exists may differ, with what takes it in and the way on. */
export function Unaccounted({ detail, organization, workspace, onAgain, againRefusal }: UnaccountedProps) {
  const resources = detail.run.attributes['unaccounted-resources'] ?? []
  if (resources.length === 0) return null
  const blocks = resources.flatMap((resource) => (resource['import-block'] ? [resource['import-block'].trim()] : []))
  return (
    <div>
      <Panel
        title="The state may not say what exists"
        count={resources.length}
        footer={
          <>
            <Button icon="refresh" disabledReason={againRefusal} onClick={onAgain}>
              Plan again…
            </Button>
            {blocks.length > 0 && (
              <LinkButton look="quiet" to={addresses.workspace(organization, workspace, 'upload')}>
                Upload the configuration with the blocks
              </LinkButton>
            )}
          </>
        }
      >
        <p className={styles.lead}>
          The apply was cut off, and {counted(resources.length, 'resource is', 'resources are')} not accounted for. Nothing runs again by
          itself. Look for each at its provider: what exists is taken in by its import block in the configuration of the next run, or deleted
          there by hand.
        </p>
        <ul className={styles.unaccounted}>
          {resources.map((resource) => (
            <li key={resource.address}>
              <code>{resource.address}</code>
              <span className={styles.quiet}>
                {resource['resource-id'] && !resource.reason.includes(resource['resource-id']) && `Id ${resource['resource-id']}. `}
                {sentence(resource.reason)}
              </span>
            </li>
          ))}
        </ul>
        {blocks.length > 0 && <Code text={blocks.join('\n\n')} language="hcl" copy="the import blocks" />}
      </Panel>
    </div>
  )
}

function firstSentence(text: string): string {
  return /^.*?[.](?=\s|$)/.exec(text)?.[0] ?? text
}

function rest(text: string): string {
  return text.slice(firstSentence(text).length).trim()
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?)]$/.test(begun) ? begun : `${begun}.`
}
