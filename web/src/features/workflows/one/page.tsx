// One workflow, live: how far it is, its steps, and what can be done with it.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useRefusal } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { call, related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Split, Stack } from '@/ui/layout'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Status } from '@/ui/status'
import { Facts } from '@/ui/text'
import { Time } from '@/ui/time'
import { Who } from '@/ui/who'
import { NEEDED, staleWorkflows, useOpenWorkflow, type Workflow } from '../queries'
import { commandFor, KINDS, noCancel, noDelete, noRetry, noStart, stopWords, tally, tallyWords } from '../words'
import { About } from './about'
import { Standing } from './standing'
import { Steps } from './steps'

type Action = 'start' | 'retry' | 'cancel'

export default function WorkflowPage() {
  const { organization, workflow } = useOpenWorkflow()
  const { id, attributes } = workflow
  const { status, title, kind } = attributes
  const [asked, setAsked] = useState<'start' | 'cancel' | 'delete' | null>(null)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const refusal = useRefusal(organization, related(workflow, 'project'), NEEDED[kind])
  const refresh = () => Promise.all(staleWorkflows.map((queryKey) => queries.invalidateQueries({ queryKey })))
  const send = async (action: Action) => {
    try {
      await call('post', `/api/v2/workflows/{workflow}/actions/${action}`, { params: { path: { workflow: id } } } as never)
    } finally {
      await refresh()
    }
  }
  const act = useMutation({ mutationFn: send })
  const close = () => setAsked(null)
  // What destroys asks once more; the rest is on this page already.
  const start = () => (kind === 'destroy' ? setAsked('start') : act.mutate('start'))
  return (
    <>
      <PageHead
        title={title}
        status={<Status of="workflow" value={status} isBadge />}
        meta={
          <Facts>
            {[
              KINDS[kind],
              <span key="by">
                asked by <Who name={attributes['requested-by']} /> <Time at={attributes['created-at']} />
              </span>,
              attributes.reason !== '' && <span key="why">“{attributes.reason}”</span>,
            ]}
          </Facts>
        }
        crumbs={[{ title: 'Workflows', to: addresses.workflows(organization) }]}
        object={{ kind: 'workflow', id, name: title }}
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions" size="md" />}
              groups={[
                { items: [{ title: 'Stop…', icon: 'pause', onSelect: () => setAsked('cancel'), disabledReason: refusal ?? noCancel[status] }] },
                ...(kind === 'create' ? [{ items: [{ title: 'Destroy what it made…', icon: 'trash' as const, isDanger: true, onSelect: () => void navigate({ to: addresses.newWorkflow(organization), search: { kind: 'destroy', resources: made(workflow).join(',') } as never }), disabledReason: status === 'running' ? 'It runs. Stop it first.' : made(workflow).length === 0 ? 'It has made nothing.' : null }] }] : []),
                { items: [{ title: 'Delete…', icon: 'trash', isDanger: true, onSelect: () => setAsked('delete'), disabledReason: refusal ?? noDelete(status) }] },
              ]}
            />
            {status === 'running' && (
              <Button icon="pause" disabledReason={refusal} onClick={() => setAsked('cancel')}>
                Stop…
              </Button>
            )}
            {(status === 'failed' || status === 'canceled') && (
              <Button look="primary" icon="refresh" isBusy={act.isPending} disabledReason={refusal ?? noRetry[status]} onClick={() => act.mutate('retry')}>
                Try again what is left
              </Button>
            )}
            {status === 'planned' && (
              <Button look="primary" icon="run" isBusy={act.isPending} disabledReason={refusal ?? noStart[status]} onClick={start}>
                {kind === 'destroy' ? 'Start…' : 'Start'}
              </Button>
            )}
          </>
        }
      />
      <Stack gap={4}>
        {act.error && <ErrorNotice error={toApiError(act.error)} />}
        <Happened workflow={workflow} />
        <Standing workflow={workflow} />
        <Split
          aside={
            <Stack gap={4}>
              <About organization={organization} workflow={workflow} />
              <Command text={commandFor(id, status)} />
            </Stack>
          }
        >
          <Steps organization={organization} workflow={workflow} />
        </Split>
      </Stack>
      <StartDialog workflow={workflow} isOpen={asked === 'start'} onClose={close} onConfirm={() => send('start')} />
      <ConfirmDialog isOpen={asked === 'cancel'} onClose={close} title={`Stop “${title}”?`} verb="Stop it" onConfirm={() => send('cancel')}>
        <Stack gap={3}>
          <p>No other step begins, and plans that wait are taken back. What is being applied is applied to its end.</p>
          <Command text={`slipway workflow cancel ${id}`} />
        </Stack>
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asked === 'delete'}
        onClose={close}
        title={`Delete the workflow “${title}”?`}
        verb="Delete workflow"
        isDanger
        onConfirm={async () => {
          await call('delete', '/api/v2/workflows/{workflow}', { params: { path: { workflow: id } } })
          await navigate({ to: addresses.workflows(organization) })
          await refresh()
        }}
      >
        <Stack gap={3}>
          <p>The changes that its steps made stay with their resources, and the Activity page keeps what happened.</p>
          <Command text={`slipway workflow delete ${id} --yes`} />
        </Stack>
      </ConfirmDialog>
    </>
  )
}

/** Ids of the resources that a workflow has made. */
function made({ attributes: { steps } }: Workflow): readonly string[] {
  return steps.filter((step) => step['change-id']).map((step) => step['resource-id'])
}

/** What whoever comes here has to know before all else. */
function Happened({ workflow: { attributes } }: { workflow: Workflow }) {
  const { status, steps } = attributes
  const { failed, waiting } = tally(steps)
  if (status === 'planned') {
    return (
      <Alert tone="neutral" icon="todo" title="Nothing was started yet">
        These are its steps. Each asks for a change with the rights of whoever starts it, as they are when it begins.
      </Alert>
    )
  }
  if (status === 'failed') {
    const left = tally(steps).skipped
    return (
      <Alert tone="danger" title={failed === 1 ? 'A step failed' : `${counted(failed, 'step')} failed`}>
        It stops {stopWords(attributes['stop-after'])}
        {left > 0 ? `: ${counted(left, 'other step was', 'other steps were')} left out.` : '.'} Mend what is wrong, then try again what is left.
      </Alert>
    )
  }
  if (status === 'running' && waiting > 0) {
    return (
      <Alert tone="info" icon="waiting" title={waiting === 1 ? 'A plan waits for a yes' : `${waiting} plans wait for a yes`}>
        Each step that waits has a link to its change. Others go on meanwhile, as far as they do not need it.
      </Alert>
    )
  }
  return status === 'canceled' ? (
    <Alert tone="neutral" icon="canceled" title="It was stopped">
      {tallyWords(steps)}.
    </Alert>
  ) : null
}

function StartDialog({ workflow, ...dialog }: { workflow: Workflow; isOpen: boolean; onClose: () => void; onConfirm: () => Promise<unknown> }) {
  const { steps } = workflow.attributes
  const isAuto = workflow.attributes['auto-apply']
  return (
    <ConfirmDialog
      {...dialog}
      title={`Destroy ${counted(steps.length, 'resource')}?`}
      verb="Start"
      isDanger
      {...(isAuto && { nameToType: `destroy ${steps.length}` })}
    >
      <Stack gap={3}>
        <p>
          {isAuto
            ? 'Each is destroyed without anybody looking at its plan, unless an approval rule holds it. What nothing stands on goes first.'
            : 'Each destruction is planned and waits for a yes before anything is touched. What nothing stands on goes first.'}
        </p>
        <Command text={`slipway workflow start ${workflow.id} --wait`} />
      </Stack>
    </ConfirmDialog>
  )
}
