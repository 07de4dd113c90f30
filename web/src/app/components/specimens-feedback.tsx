// What happened, what to do, what is missing, what is on its way.
import { ApiError, offline } from '@/api/errors'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Row, Stack } from '@/ui/layout'
import { Skeleton } from '@/ui/skeleton'
import { toast, ToastCard } from '@/ui/toast'
import { Specimen } from './specimen'

const failed = new ApiError(500, 'internal', 'The server failed', 'The list could not be read. Try again.', [], 'req-2a70b6c261a198b9')

export function FeedbackSpecimens() {
  return (
    <>
      <Specimen name="Alerts" rule="What happened and what to do, above what it is about.">
        <Alert tone="danger" title="Runner build-3 was lost while applying" action={<Button size="sm">Plan again</Button>}>
          14 of 22 changes are recorded. Nothing runs again by itself. Plan again to see what is left.
        </Alert>
        <Alert tone="warning" title="orders-reports is stale">
          It was built with address of revision 10; this is revision 11.
        </Alert>
        <Alert tone="info" title="Waits for run #300 in this workspace">
          It started 40 s ago and holds the lock.
        </Alert>
        <Alert tone="success" title="The state was rolled back to version 41" />
        <ErrorNotice error={failed} onRetry={() => undefined} />
        <ErrorNotice error={offline()} />
      </Specimen>
      <Specimen name="Toasts" rule="Only for what the page does not show already. They leave after six seconds; errors stay.">
        <ToastCard toast={{ text: 'Moved 3 workspaces to shop.', action: { text: 'Undo', onPress: () => undefined } }} onClose={() => undefined} />
        <Row>
          <Button onClick={() => toast({ text: 'Moved 3 workspaces to shop.' })}>Show one</Button>
          <Button onClick={() => toast({ tone: 'danger', text: 'The log could not be downloaded. Try again.' })}>Show an error</Button>
        </Row>
      </Specimen>
      <Specimen name="Empty" rule="Names what is missing, says what it is for, then the button and the command.">
        <EmptyState
          title="No workspaces in shop yet"
          action={<Button look="primary">New workspace</Button>}
          command={<Command text="slipway workspace create orders-db --project shop" />}
        >
          A workspace holds one configuration with its state, its variables and its runs.
        </EmptyState>
      </Specimen>
      <Specimen name="On its way" rule="Keeps the final layout, and appears only after 150 ms.">
        <Stack gap={2}>
          <Skeleton width="40%" height={16} />
          <Skeleton width="80%" />
          <Skeleton width="64%" />
        </Stack>
      </Specimen>
    </>
  )
}
