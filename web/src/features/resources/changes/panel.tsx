// A change that is open: what it changes, its real plan, whose yes it needs, and what can be done with it.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ApiError, toApiError } from '@/api/errors'
import { call, get, related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Alert, ErrorNotice } from '@/ui/alert'
import { ApprovalsPanel } from '@/ui/approvals'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { Counts } from '@/ui/counts'
import { Icon } from '@/ui/icon'
import { Stack } from '@/ui/layout'
import { Anchor, Link } from '@/ui/link'
import { Panel } from '@/ui/section'
import { Skeleton } from '@/ui/skeleton'
import { Status } from '@/ui/status'
import { Facts, Text } from '@/ui/text'
import { TextInput } from '@/ui/text-input'
import { Time } from '@/ui/time'
import { DemoTag } from '../demo'
import { APPROVE, CHANGE, type Change, changeBy, CREATE, DESTROY, runWithPlan, staleResources, UPDATE, useRefusal } from '../queries'
import { BroughtFacts } from '../order/found'
import { changeTitle, type Names } from '../words'
import { Differences } from './differences'
import styles from '../resources.module.css'

type Action = 'approve' | 'reject' | 'withdraw' | 'confirm' | 'retry' | 'cancel'

/** Whoever may ask for a change may try it again and take it back. */
const ASKING = { create: CREATE, update: UPDATE, destroy: DESTROY } as const

interface ChangePanelProps {
  organization: string
  /** Its id. */
  change: string
  /** Of parents, versions and integrations, by id. */
  names: Names
}

export function ChangePanel({ organization, change, names }: ChangePanelProps) {
  const { data, error, refetch } = useQuery(changeBy(change))
  if (error) return <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height={160} />
  return <Shown organization={organization} change={data.data as Change} names={names} />
}

function Shown({ organization, change, names }: { organization: string; change: Change; names: Names }) {
  const queries = useQueryClient()
  const { attributes } = change
  const project = related(change, 'project')
  const mayApprove = useRefusal(organization, project, APPROVE)
  const mayAsk = useRefusal(organization, project, ASKING[attributes.kind])
  const me = useQuery(get('/api/v2/account/details')).data?.data.id
  const run = related(change, 'run')
  const [busy, setBusy] = useState<Action | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  const [comment, setComment] = useState('')
  const act = async (action: Action, words = comment) => {
    // Whoever decides has seen the plan of this run, and of no other.
    const isDecision = action !== 'retry' && action !== 'cancel'
    const body = action === 'retry' ? undefined : { comment: words.trim(), ...(isDecision && run && { run }) }
    try {
      await call('post', `${CHANGE}/actions/${action}`, { params: { path: { resource_change: change.id } }, ...(body && { body }) })
    } finally {
      await Promise.all(staleResources.map((queryKey) => queries.invalidateQueries({ queryKey })))
    }
  }
  const press = async (action: Action) => {
    setBusy(action)
    setError(null)
    await act(action).then(() => setComment(''), (thrown: unknown) => setError(toApiError(thrown)))
    setBusy(null)
  }
  const { status, approvals, actions } = attributes
  const hasRules = (approvals?.rules.length ?? 0) > 0
  const isDecidable = actions['is-decidable']
  const hasFooter = (isDecidable && !hasRules) || actions['is-cancelable'] || actions['is-retryable']
  return (
    <Stack gap={3}>
      <Panel
        title={changeTitle(attributes)}
        actions={<Status of="resourceChange" value={status} isBadge />}
        footer={hasFooter && (
          <div className={styles.footer}>
            {!hasRules && ((isDecidable && !mayApprove) || (actions['is-cancelable'] && !mayAsk)) ? (
              <div className={styles.comment}>
                <TextInput label="Comment on the change" isLabelHidden placeholder="Comment (optional)" value={comment} onChange={setComment} />
              </div>
            ) : null}
            {actions['is-cancelable'] && (
              <Button isBusy={busy === 'cancel'} disabledReason={mayAsk} onClick={() => void press('cancel')}>
                {status === 'applying' ? 'Stop it' : 'Take it back'}
              </Button>
            )}
            {actions['is-retryable'] && (
              <Button icon="refresh" look="primary" isBusy={busy === 'retry'} disabledReason={mayAsk} onClick={() => void press('retry')}>
                Try again
              </Button>
            )}
            {isDecidable && !hasRules && (
              <>
                <Button isBusy={busy === 'reject'} disabledReason={mayApprove} onClick={() => void press('reject')}>
                  Reject
                </Button>
                <Button look="primary" isBusy={busy === 'confirm'} disabledReason={mayApprove} onClick={() => void press('confirm')}>
                  {attributes['is-demo'] ? 'Confirm' : 'Confirm and apply'}
                </Button>
              </>
            )}
          </div>
        )}
      >
        <Stack gap={3}>
          <Facts>
            {[
              `by ${attributes['requested-by']}`,
              <Time key="at" at={attributes['created-at']} />,
              attributes['is-demo'] && <DemoTag key="demo" />,
              attributes['auto-apply'] ? 'applies by itself where no rule counts' : null,
              attributes['pull-request'] && (
                <Anchor key="request" href={attributes['pull-request']['web-url']}>
                  pull request #{attributes['pull-request'].number}, {attributes['pull-request'].state}
                </Anchor>
              ),
              attributes.reason !== '' && <span key="why">“{attributes.reason}”</span>,
            ]}
          </Facts>
          {attributes.detail && attributes.detail !== approvals?.detail && (
            <Text level={2}>
              <Icon name="queued" size={14} /> {attributes.detail}
            </Text>
          )}
          {attributes.error && (
            <Alert tone={status === 'failed' ? 'danger' : 'neutral'} title={status === 'failed' ? 'It failed' : 'It came to nothing'}>
              {attributes.error}
            </Alert>
          )}
          {error && <ErrorNotice error={error} />}
          {attributes.import && <BroughtFacts organization={organization} found={attributes.import} />}
          <Differences differences={attributes.differences} names={names} />
          {run && <Plan organization={organization} run={run} />}
          {!(isDecidable && hasRules) && <Command text={commandFor(change)} />}
        </Stack>
      </Panel>
      {approvals && hasRules && (
        <ApprovalsPanel
          approvals={approvals}
          me={me}
          refusal={isDecidable ? mayApprove : 'It can be approved once its plan is made.'}
          onSay={(said, words) => act(said, words)}
          command={`slipway resource approve ${change.id}`}
        />
      )}
    </Stack>
  )
}

function commandFor({ id, attributes: { status, actions } }: Change): string {
  if (actions['is-retryable']) return `slipway resource retry ${id}`
  if (actions['is-decidable']) return `slipway resource confirm ${id}`
  return status === 'planning' || status === 'applying' ? `slipway resource cancel ${id}` : `slipway resource changes ${id}`
}

interface PlanAttributes {
  readonly 'resource-additions'?: number | null
  readonly 'resource-changes'?: number | null
  readonly 'resource-destructions'?: number | null
}

/** The real plan in numbers, and where all of it is. */
function Plan({ organization, run }: { organization: string; run: string }) {
  const { data } = useQuery({ ...runWithPlan(run), retry: false })
  const included = ((data as { included?: unknown } | undefined)?.included ?? []) as readonly { type: string; attributes: PlanAttributes }[]
  const plan = included.find(({ type }) => type === 'plans')?.attributes
  return (
    <div className={styles.counts}>
      {plan ? (
        <Counts
          counts={{
            create: plan['resource-additions'] ?? 0,
            update: plan['resource-changes'] ?? 0,
            destroy: plan['resource-destructions'] ?? 0,
          }}
        />
      ) : (
        <Text level={3}>The plan is made.</Text>
      )}
      <Link to={addresses.runById(organization, run)}>Look at the whole plan</Link>
    </div>
  )
}
