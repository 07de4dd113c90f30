// The frame of one job: how its last run went, what can be done, and its parts.
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { quoted } from '@/lib/shell'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Status } from '@/ui/status'
import { Tabs } from '@/ui/tabs'
import { Facts } from '@/ui/text'
import { toast } from '@/ui/toast'
import { type Job, useOpenJob, useRefreshJobs } from './queries'
import { RunDialog } from './run-dialog'
import { refusal } from './words'
import styles from './jobs.module.css'

/** `isInRuns` where the page below is one of its runs. */
export function JobFrame({ isInRuns, children }: { isInRuns?: boolean; children: ReactNode }) {
  const { organization, job, isGone } = useOpenJob()
  const { name, status, description, cron, 'is-paused': isPaused, 'schedule-words': words } = job.attributes
  const [asked, setAsked] = useState<'run' | 'delete' | null>(null)
  const refresh = useRefreshJobs()
  const turn = useMutation({
    mutationFn: () =>
      isPaused
        ? call('post', '/api/v2/jobs/{job}/actions/resume', { params: { path: { job: job.id } } })
        : call('post', '/api/v2/jobs/{job}/actions/pause', { params: { path: { job: job.id } } }),
    onSettled: refresh,
  })
  const to = (tab?: string) => addresses.job(organization, name, tab)
  const cannotTurn = refusal(job, 'can-update') ?? (cron ? null : 'The clock starts nothing of it.')
  const close = () => setAsked(null)
  return (
    <>
      <PageHead
        title={name}
        status={<Status of="job" value={status} isBadge />}
        meta={<Facts>{[isPaused ? 'Paused' : (words ?? 'Runs when somebody wants it'), description || null]}</Facts>}
        crumbs={[{ title: 'Jobs', to: addresses.jobs(organization) }]}
        object={{ kind: 'job', id: job.id, name }}
        palette={refusal(job, 'can-run') ? [] : [{ id: 'job.run', title: `Run ${name}`, icon: 'run', run: () => setAsked('run') }]}
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions" size="md" />}
              groups={[
                { items: [{ title: isPaused ? 'Resume' : 'Pause', icon: isPaused ? 'run' : 'pause', onSelect: () => turn.mutate(), disabledReason: cannotTurn }] },
                { items: [{ title: 'Delete…', icon: 'trash', isDanger: true, onSelect: () => setAsked('delete'), disabledReason: refusal(job, 'can-delete') }] },
              ]}
            />
            <Button look="primary" icon="run" disabledReason={refusal(job, 'can-run')} onClick={() => setAsked('run')}>
              Run now…
            </Button>
          </>
        }
      />
      {(turn.error || isGone || isPaused) && (
        <div className={styles.standing}>
          <Stack gap={3}>
            {turn.error && <ErrorNotice error={toApiError(turn.error)} />}
            {isGone ? (
              <Alert tone="neutral" title="It is gone">
                Somebody deleted it. What is shown is how it was.
              </Alert>
            ) : (
              isPaused && (
                <Alert
                  tone="neutral"
                  icon="pause"
                  title="It is paused"
                  action={
                    <Button size="sm" icon="run" isBusy={turn.isPending} disabledReason={cannotTurn} onClick={() => turn.mutate()}>
                      Resume
                    </Button>
                  }
                >
                  The clock starts nothing of it. People still can.
                </Alert>
              )
            )}
          </Stack>
        </div>
      )}
      <Tabs
        label={`Parts of ${name}`}
        tabs={[
          { title: 'Runs', to: to(), isExact: true, ...(isInRuns && { isActive: true }) },
          { title: 'Variables', to: to('variables') },
          { title: 'Binds and volumes', to: to('binds') },
          { title: 'Settings', to: to('settings') },
        ]}
      />
      {children}
      {asked === 'run' && <RunDialog organization={organization} job={job} onClose={close} />}
      {asked === 'delete' && <DeleteJobDialog organization={organization} job={job} onClose={close} />}
    </>
  )
}

function DeleteJobDialog({ organization, job, onClose }: { organization: string; job: Job; onClose: () => void }) {
  const navigate = useNavigate()
  const refresh = useRefreshJobs()
  const { name } = job.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete ${name}?`}
      verb="Delete job"
      isDanger
      nameToType={name}
      onConfirm={async () => {
        await call('delete', '/api/v2/jobs/{job}', { params: { path: { job: job.id } } })
        toast({ text: `${name} is being deleted.` })
        await navigate({ to: addresses.jobs(organization) })
        await refresh()
      }}
    >
      <Stack gap={3}>
        <p>What runs of it is canceled; then it is gone with its runs and their logs.</p>
        <Command text={`slipway job delete ${quoted(name)} --yes`} />
      </Stack>
    </ConfirmDialog>
  )
}
