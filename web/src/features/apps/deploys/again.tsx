// What can be done about a deploy that ended: the same once more, or what ran before.
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Button } from '@/ui/button'
import { toastError } from '@/ui/toast'
import { RollbackDialog } from '../one/deploy-dialogs'
import { type App, type Deploy, useRefreshApps } from '../queries'
import { noDeploy, refusal } from '../words'

interface AgainProps {
  organization: string
  app: App
  deploy: Deploy
}

/** Where a deploy that was begun is looked at. */
function useBegun(organization: string, app: App) {
  const navigate = useNavigate()
  const refresh = useRefreshApps()
  return async (deploy: string) => {
    await navigate({ to: addresses.deploy(organization, app.attributes.name, deploy) })
    await refresh()
  }
}

/** Asks for the same once more. */
export function RetryDeploy({ organization, app, deploy }: AgainProps) {
  const begun = useBegun(organization, app)
  const again = useMutation({
    mutationFn: () => same(app.id, deploy),
    onSuccess: ({ data }) => begun(data.id),
    onError: (error) => toastError(error, 'Nothing was deployed.'),
  })
  return (
    <Button icon="refresh" isBusy={again.isPending} disabledReason={refusal(app, 'can-deploy') ?? noDeploy(app)} onClick={() => again.mutate()}>
      Try again
    </Button>
  )
}

/** Goes back to the version that ran before this one. */
export function RollBackDeploy({ organization, app, deploy }: AgainProps) {
  const begun = useBegun(organization, app)
  const [isAsked, setAsked] = useState(false)
  const before = deploy.attributes['previous-version']
  if (typeof before !== 'number') return null
  return (
    <>
      <Button icon="undo" disabledReason={refusal(app, 'can-deploy') ?? noDeploy(app)} onClick={() => setAsked(true)}>
        {`Roll back to v${before}…`}
      </Button>
      {isAsked && <RollbackDialog app={app} version={before} onClose={() => setAsked(false)} onDone={begun} />}
    </>
  )
}

function same(app: string, { attributes }: Deploy) {
  const { kind, message, 'made-of': of, 'restored-env': env } = attributes
  const params = { path: { app } }
  if (kind === 'env' || kind === 'restart') return call('post', '/api/v2/apps/{app}/actions/restart', { params })
  if (kind === 'rollback') {
    const version = of['app-version']
    return call('post', '/api/v2/apps/{app}/actions/rollback', {
      params,
      body: { data: { type: 'deploys', attributes: { ...(typeof version === 'number' && { 'app-version': version }), ...(env && { 'with-env': true }), message } } },
    })
  }
  const { image, 'source-digest': digest, commit, dockerfile, platform } = of
  const built = {
    ...(Object.keys(of['build-arguments']).length > 0 && { 'build-arguments': of['build-arguments'] }),
    ...(of['build-secrets'].length > 0 && { 'build-secrets': of['build-secrets'] }),
  }
  return call('post', '/api/v2/apps/{app}/deploys', {
    params,
    body: {
      data: {
        type: 'deploys',
        attributes: { ...(image && { image }), ...(digest && { 'source-digest': digest }), ...(commit && { commit }), ...built, ...(dockerfile && { dockerfile }), ...(platform && { platform }), message },
      },
    },
  })
}
