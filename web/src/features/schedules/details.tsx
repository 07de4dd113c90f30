// One schedule: its next times, what came of the last ones, and what can be done with it.
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Row, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Skeleton } from '@/ui/skeleton'
import { Status } from '@/ui/status'
import { Facts, Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { NextTimes } from '@/ui/next-times'
import { type Outcome, oneSchedule, type Schedule } from './queries'
import { ScheduleDialog } from './schedule-dialog'
import styles from './schedules.module.css'
import { actionWord, outcomeWords, type ScheduledObject } from './words'

interface DetailsProps {
  organization: string
  schedule: string
  onClose: () => void
  /** After something was changed. */
  onDone: () => void
}

/** A dialog; mounted while it is open. */
export function Details({ organization, schedule, onClose, onDone }: DetailsProps) {
  // While it is being removed it is not read again: the event of that may come before the answer.
  const [isGoing, setGoing] = useState(false)
  const { data, error, refetch } = useQuery({ ...oneSchedule(schedule), enabled: !isGoing })
  const [isEdited, setEdited] = useState(false)
  const shown = data?.data as Schedule | undefined
  const again = () => {
    onDone()
    void refetch()
  }
  const remove = async () => {
    setGoing(true)
    try {
      await call('delete', '/api/v2/schedules/{schedule}', { params: { path: { schedule } } })
    } catch (refused) {
      setGoing(false)
      throw refused
    }
    onDone()
    onClose()
  }
  if (shown && isEdited) {
    const { 'object-kind': kind, 'object-name': name } = shown.attributes
    return <ScheduleDialog object={{ kind: kind as ScheduledObject['kind'], id: objectOf(shown), name }} schedule={shown} etag={data?.etag} onClose={() => setEdited(false)} onDone={again} />
  }
  return (
    <Dialog isOpen onClose={onClose} title={shown?.attributes.name ?? 'Schedule'} size="lg">
      {error && <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />}
      {!error && !shown && <Skeleton height={160} />}
      {shown && <Shown organization={organization} schedule={shown} onEdit={() => setEdited(true)} onDone={again} onRemove={remove} />}
    </Dialog>
  )
}

interface ShownProps {
  organization: string
  schedule: Schedule
  onEdit: () => void
  onDone: () => void
  onRemove: () => Promise<void>
}

function Shown({ organization, schedule, onEdit, onDone, onRemove }: ShownProps) {
  const { attributes } = schedule
  const [isRemoving, setRemoving] = useState(false)
  const act = useMutation({
    mutationFn: (action: 'pause' | 'resume' | 'run') =>
      call('post', `/api/v2/schedules/{schedule}/actions/${action}`, { params: { path: { schedule: schedule.id } } } as never),
    onSettled: onDone,
  })
  const isPaused = attributes.status === 'paused'
  const over = attributes.status === 'finished' ? 'It has no time any more; give it another.' : null
  return (
    <Stack gap={4}>
      <Facts>
        {[
          <Status key="status" of="schedule" value={attributes.status} isBadge />,
          actionWord(attributes.action, attributes['object-kind']),
          attributes.words,
          `with the rights of ${attributes['runs-as']}`,
        ]}
      </Facts>
      {attributes.description && <Text level={2}>{attributes.description}</Text>}
      {attributes['paused-reason'] && (
        <Alert tone="warning" title="Slipway paused it">
          {attributes['paused-reason']}
        </Alert>
      )}
      {act.error && <ErrorNotice error={toApiError(act.error)} />}
      <Row gap={2} isWrapping>
        <Button icon="run" isBusy={act.isPending && act.variables === 'run'} onClick={() => act.mutate('run')}>
          Run now
        </Button>
        {isPaused ? (
          <Button icon="run" onClick={() => act.mutate('resume')}>
            Resume
          </Button>
        ) : (
          <Button icon="pause" disabledReason={over} onClick={() => act.mutate('pause')}>
            Pause
          </Button>
        )}
        <Button icon="edit" onClick={onEdit}>
          Change
        </Button>
        <Button icon="trash" onClick={() => setRemoving(true)}>
          Remove
        </Button>
      </Row>
      {attributes.status === 'active' && <NextTimes times={attributes['next-times']} />}
      <History organization={organization} workspace={attributes['object-kind'] === 'workspace' ? attributes['object-name'] : null} outcomes={attributes.outcomes} />
      <Command text={`slipway schedule show ${schedule.id}`} />
      <ConfirmDialog
        isOpen={isRemoving}
        onClose={() => setRemoving(false)}
        title={`Remove the schedule ${attributes.name}?`}
        verb="Remove schedule"
        isDanger
        onConfirm={onRemove}
      >
        <Stack gap={3}>
          <p>Nothing is started at its times any more. The runs that it started stay.</p>
          <Command text={`slipway schedule delete ${schedule.id} --yes`} />
        </Stack>
      </ConfirmDialog>
    </Stack>
  )
}

function History({ organization, workspace, outcomes }: { organization: string; workspace: string | null; outcomes: readonly Outcome[] }) {
  if (outcomes.length === 0) return <Text level={3}>None of its times has come yet.</Text>
  return (
    <ol className={styles.history} aria-label="Last times">
      {outcomes.map((outcome) => (
        <li key={`${outcome['due-at']} ${outcome.at}`}>
          <Status of="scheduled" value={outcome.kind} />
          <Time at={outcome.at} />
          <Text level={2}>
            {outcome['run-id'] && (
              <>
                <Started organization={organization} workspace={workspace} id={outcome['run-id']} />{' '}
              </>
            )}
            {outcomeWords(outcome)}
          </Text>
        </li>
      ))}
    </ol>
  )
}

/** A run has its page; a change of a resource is on that of its resource. */
function Started({ organization, workspace, id }: { organization: string; workspace: string | null; id: string }) {
  if (workspace) return <Link to={addresses.run(organization, workspace, id)}>{id}</Link>
  return id.startsWith('run-') ? <Link to={addresses.runById(organization, id)}>{id}</Link> : <code>{id}</code>
}

function objectOf({ relationships }: Schedule): string {
  const linkage = relationships?.['object']?.data
  return linkage && !Array.isArray(linkage) ? linkage.id : ''
}
