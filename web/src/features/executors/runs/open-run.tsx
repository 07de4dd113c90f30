// The run of an executor that is not over: how it stands, whose yes it needs, and saying it.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ApiError, toApiError } from '@/api/errors'
import { call, get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { quoted } from '@/lib/shell'
import { Alert, ErrorNotice } from '@/ui/alert'
import { ApprovalsPanel } from '@/ui/approvals'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Panel } from '@/ui/section'
import { Skeleton } from '@/ui/skeleton'
import { Status } from '@/ui/status'
import { Facts } from '@/ui/text'
import { TextInput } from '@/ui/text-input'
import { Time } from '@/ui/time'
import { type Executor, type ExecutorRun, runBy, staleExecutors } from '../queries'
import { OPERATIONS, refusal } from '../words'
import { PlanCounts } from './plan-counts'
import styles from '../executors.module.css'

type Action = 'confirm' | 'discard' | 'cancel' | 'approve' | 'reject' | 'withdraw-approval'

export function OpenRun({ organization, executor, run }: { organization: string; executor: Executor; run: string }) {
  const { data, error, refetch } = useQuery(runBy(executor.id, run))
  if (error) return <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height={120} />
  return <Shown organization={organization} executor={executor} run={data.data as ExecutorRun} />
}

function Shown({ organization, executor, run }: { organization: string; executor: Executor; run: ExecutorRun }) {
  const { attributes } = run
  const { actions, approvals, status } = attributes
  const name = quoted(executor.attributes.name)
  const queries = useQueryClient()
  const me = useQuery(get('/api/v2/account/details')).data?.data.id
  const [busy, setBusy] = useState<Action | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  const [comment, setComment] = useState('')
  // Whoever decides has looked at this run, and at no other.
  const act = async (action: Action, words = comment) => {
    try {
      await call('post', `/api/v2/executors/{executor}/actions/${action}`, { params: { path: { executor: executor.id } }, body: { comment: words.trim(), run: run.id } } as never)
    } finally {
      await Promise.all(staleExecutors.map((queryKey) => queries.invalidateQueries({ queryKey })))
    }
  }
  const press = async (action: Action) => {
    setBusy(action)
    setError(null)
    await act(action).then(() => setComment(''), (thrown: unknown) => setError(toApiError(thrown)))
    setBusy(null)
  }
  const hasRules = (approvals?.rules.length ?? 0) > 0
  const isMissing = hasRules && approvals?.status !== 'approved'
  const mayApply = refusal(executor, attributes.operation === 'destroy' ? 'can-destroy' : 'can-apply')
  const missing = isMissing ? (approvals?.detail ?? 'Approvals are missing.') : null
  return (
    <Stack gap={3}>
      <Panel
        title={OPERATIONS[attributes.operation]}
        actions={<Status of="run" value={status} isBadge />}
        footer={
          <div className={styles.footer}>
            {(actions['is-confirmable'] || actions['is-discardable'] || actions['is-cancelable']) && (
              <div className={styles.comment}>
                <TextInput label="Comment on the run" isLabelHidden placeholder="Comment (optional)" value={comment} onChange={setComment} />
              </div>
            )}
            {actions['is-cancelable'] && (
              <Button isBusy={busy === 'cancel'} disabledReason={refusal(executor, 'can-cancel')} onClick={() => void press('cancel')}>
                Stop it
              </Button>
            )}
            {actions['is-discardable'] && (
              <Button isBusy={busy === 'discard'} disabledReason={mayApply} onClick={() => void press('discard')}>
                Discard
              </Button>
            )}
            {actions['is-confirmable'] && (
              <Button look="primary" isBusy={busy === 'confirm'} disabledReason={mayApply ?? missing} onClick={() => void press('confirm')}>
                Confirm and apply
              </Button>
            )}
          </div>
        }
      >
        <Stack gap={3}>
          <Facts>
            {[
              attributes['started-by'] ? `by ${attributes['started-by']}` : null,
              <Time key="at" at={attributes['created-at']} />,
              attributes.ref ? <code key="ref">{attributes.ref}</code> : null,
              attributes['auto-apply'] ? 'applied by itself where no rule counts' : null,
              attributes.message !== '' && <span key="why">“{attributes.message}”</span>,
            ]}
          </Facts>
          {attributes['error-message'] && (
            <Alert tone="danger" title="It failed">
              {attributes['error-message']}
            </Alert>
          )}
          {error && <ErrorNotice error={error} />}
          <div className={styles.counts}>
            <PlanCounts run={run.id} />
            <Link to={addresses.runById(organization, run.id)}>Look at the whole run</Link>
          </div>
          <Command text={actions['is-confirmable'] ? `slipway executor confirm ${name}` : actions['is-cancelable'] ? `slipway executor cancel ${name}` : `slipway executor runs ${name}`} />
        </Stack>
      </Panel>
      {approvals && hasRules && (
        <ApprovalsPanel
          approvals={approvals}
          me={me}
          refusal={actions['is-confirmable'] ? refusal(executor, 'can-approve') : 'It can be approved once its plan is made.'}
          onSay={(said, words) => act(said === 'withdraw' ? 'withdraw-approval' : said, words)}
          command={`slipway executor approve ${name}`}
        />
      )}
    </Stack>
  )
}
