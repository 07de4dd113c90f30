// What can be done with a pull request from here: plan it again, and let one from a fork be planned.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, stale } from '@/api/query'
import { Alert } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { toast } from '@/ui/toast'
import type { PullRequest } from './parts'

/** Which queries show pull requests. */
export const LISTS = [
  stale('/api/v2/repositories/{repository}/pull-requests'),
  stale('/api/v2/organizations/{organization}/pull-requests'),
  stale('/api/v2/pull-requests/{pull_request}'),
]

interface ActionProps {
  request: PullRequest
  /** Why nothing can be started. */
  refusal: string | null
}

/** Plans it again, with its branches as they are now. */
export function usePlanAgain(request: PullRequest) {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: () =>
      call('post', '/api/v2/pull-requests/{pull_request}/actions/plan', { params: { path: { pull_request: request.id } }, body: { workspaces: [] } }),
    onSuccess: () => toast({ text: `#${request.attributes.number} is planned again.` }),
    onSettled: refresh,
  })
}

export function PlanAgain({ request, refusal, plan }: ActionProps & { plan: ReturnType<typeof usePlanAgain> }) {
  return (
    <Button
      size="sm"
      icon="refresh"
      isBusy={plan.isPending}
      disabledReason={refusal ?? (request.attributes['is-waiting-for-allow'] ? 'Somebody has to allow its newest commit first.' : null)}
      aria-label={`Plan again: #${request.attributes.number}`}
      onClick={() => plan.mutate()}
    >
      Plan again
    </Button>
  )
}

/** That its newest commit comes from outside and waits, with the way on. */
export function WaitingForAllow({ request, refusal }: ActionProps) {
  const refresh = useRefresh()
  const [isAsking, setAsking] = useState(false)
  const { number, author } = request.attributes
  const commit = request.attributes['head-commit'].slice(0, 8)
  return (
    <>
      <Alert
        tone="info"
        icon="waiting"
        title="It waits for somebody to allow it"
        action={
          <Button size="sm" icon="check" disabledReason={refusal} aria-label={`Allow… #${number}`} onClick={() => setAsking(true)}>
            Allow…
          </Button>
        }
      >
        Its commits come from a fork, and a plan runs their code. Look at them first; each newer commit waits again. The comment{' '}
        <code>slipway allow</code> in the pull request does the same.
      </Alert>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={`Let commit ${commit} of ${author} be planned?`}
        verb="Allow"
        onConfirm={async () => {
          await call('post', '/api/v2/pull-requests/{pull_request}/actions/allow', { params: { path: { pull_request: request.id } } })
          toast({ text: `#${number} is planned.` })
          await refresh()
        }}
      >
        <Stack gap={3}>
          <p>
            Its code runs here without secrets: no sensitive variables, no workload identity, no integrations and no credentials. It gets the
            workspace’s state, which it can read.
          </p>
          <Command text={`slipway pull-request allow ${request.id}`} />
        </Stack>
      </ConfirmDialog>
    </>
  )
}

function useRefresh() {
  const queries = useQueryClient()
  return () => Promise.all(LISTS.map((queryKey) => queries.invalidateQueries({ queryKey })))
}
