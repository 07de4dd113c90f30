// Asking for a deploy to stop.
import { useMutation } from '@tanstack/react-query'
import { call } from '@/api/query'
import { Button } from '@/ui/button'
import { toast, toastError } from '@/ui/toast'
import { type App, type Deploy, useRefreshApps } from '../queries'
import { noCancel, refusal } from '../words'

export function CancelDeploy({ app, deploy }: { app: App; deploy: Deploy }) {
  const refresh = useRefreshApps()
  const cancel = useMutation({
    mutationFn: () => call('post', '/api/v2/deploys/{deploy}/actions/cancel', { params: { path: { deploy: deploy.id } } }),
    onSuccess: () => toast({ text: 'It is canceled; what ran before goes on.' }),
    onError: (error) => toastError(error, 'The deploy was not canceled.'),
    onSettled: refresh,
  })
  return (
    <Button isBusy={cancel.isPending || deploy.attributes['is-cancel-requested']} disabledReason={refusal(app, 'can-deploy') ?? noCancel(deploy)} onClick={() => cancel.mutate()}>
      Cancel the deploy
    </Button>
  )
}
