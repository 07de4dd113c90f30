// The frame of one app: how it is, where it answers, what can be done, and its parts.
import { useMutation } from '@tanstack/react-query'
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useTabs } from '@/lib/features'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Stack } from '@/ui/layout'
import { Anchor } from '@/ui/link'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Status } from '@/ui/status'
import { Tabs } from '@/ui/tabs'
import { Facts } from '@/ui/text'
import { toast } from '@/ui/toast'
import { useOpenApp, useRefreshApps } from '../queries'
import { isDeployed, noDeploy, noRestart, refusal } from '../words'
import styles from '../apps.module.css'
import { DeleteDialog } from './delete-dialog'
import { RestartDialog, RollbackDialog } from './deploy-dialogs'

export default function AppFrame() {
  const { organization, app, isGone } = useOpenApp()
  const { attributes } = app
  const { name } = attributes
  const isStopped = attributes['is-stopped']
  const [asked, setAsked] = useState<'rollback' | 'restart' | 'delete' | null>(null)
  const navigate = useNavigate()
  const refresh = useRefreshApps()
  const turn = useMutation({
    mutationFn: () => call('post', `/api/v2/apps/{app}/actions/${isStopped ? 'start' : 'stop'}`, { params: { path: { app: app.id } } } as never),
    onSuccess: () => toast({ text: isStopped ? `${name} is started.` : `${name} is stopped: nothing of it runs.` }),
    onSettled: refresh,
  })
  const tabs = useTabs('app').map(({ title, path }) => ({ title, to: addresses.app(organization, name, path), isExact: path === '' }))
  const mayDeploy = refusal(app, 'can-deploy')
  const cannotDeploy = mayDeploy ?? noDeploy(app)
  const isNew = !isDeployed(app)
  const close = () => setAsked(null)
  const deployAt = addresses.app(organization, name, 'deploy')
  const toDeploy = () => navigate({ to: deployAt })
  const isAtDeploy = useLocation().pathname === deployAt
  const onDeploy = async (deploy: string) => {
    await navigate({ to: addresses.deploy(organization, name, deploy) })
    await refresh()
  }
  return (
    <>
      <PageHead
        title={name}
        status={<Status of="app" value={attributes.status} isBadge />}
        meta={
          <Facts>
            {[
              attributes.urls[0] ? (
                <Anchor key="url" href={attributes.urls[0]}>
                  {attributes.urls[0].replace(/^https?:\/\//, '')}
                </Anchor>
              ) : null,
              attributes.description || null,
            ]}
          </Facts>
        }
        crumbs={[{ title: 'Apps', to: addresses.apps(organization) }]}
        object={{ kind: 'app', id: app.id, name }}
        palette={cannotDeploy ? [] : [{ id: 'app.deploy', title: `Deploy to ${name}`, icon: 'run', run: () => void toDeploy() }]}
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions" size="md" />}
              groups={[
                {
                  items: [
                    { title: 'Restart…', icon: 'refresh', onSelect: () => setAsked('restart'), disabledReason: mayDeploy ?? noRestart(app) },
                    {
                      title: 'Roll back…',
                      icon: 'undo',
                      onSelect: () => setAsked('rollback'),
                      disabledReason: cannotDeploy ?? (isNew ? 'Nothing was deployed yet.' : null),
                    },
                    {
                      title: isStopped ? 'Start' : 'Stop',
                      icon: isStopped ? 'run' : 'pause',
                      onSelect: () => turn.mutate(),
                      disabledReason: refusal(app, 'can-scale') ?? (isNew ? 'Nothing was deployed yet.' : null),
                    },
                  ],
                },
                { items: [{ title: 'Delete…', icon: 'trash', isDanger: true, onSelect: () => setAsked('delete'), disabledReason: refusal(app, 'can-delete') }] },
              ]}
            />
            {!isAtDeploy && (
              <Button look={cannotDeploy ? 'default' : 'primary'} icon="run" disabledReason={cannotDeploy} onClick={() => void toDeploy()}>
                Deploy…
              </Button>
            )}
          </>
        }
      />
      {(turn.error || isStopped || isGone || attributes.reason !== '') && (
        <div className={styles.standing}>
          <Stack gap={3}>
            {turn.error && <ErrorNotice error={toApiError(turn.error)} />}
            {isGone ? (
              <Alert tone="neutral" title="It is gone">
                Somebody deleted it. What is shown is how it was.
              </Alert>
            ) : (
              <Standing
                status={attributes.status}
                reason={attributes.reason}
                isStopped={isStopped}
                start={
                  <Button size="sm" icon="run" isBusy={turn.isPending} disabledReason={refusal(app, 'can-scale')} onClick={() => turn.mutate()}>
                    Start it
                  </Button>
                }
              />
            )}
          </Stack>
        </div>
      )}
      <Tabs label={`Parts of ${name}`} tabs={tabs} />
      <Outlet />
      {asked === 'rollback' && <RollbackDialog app={app} onClose={close} onDone={onDeploy} />}
      {asked === 'restart' && <RestartDialog app={app} onClose={close} onDone={onDeploy} />}
      {asked === 'delete' && (
        <DeleteDialog
          app={app}
          onClose={close}
          onDone={async () => {
            await navigate({ to: addresses.apps(organization) })
            await refresh()
          }}
        />
      )}
    </>
  )
}

interface StandingProps {
  status: ReturnType<typeof useOpenApp>['app']['attributes']['status']
  reason: string
  isStopped: boolean
  /** The button that starts it. */
  start: ReactNode
}

/** Why it is not as it should be. */
function Standing({ status, reason, isStopped, start }: StandingProps) {
  if (isStopped) {
    return (
      <Alert tone="neutral" icon="pause" title="It is stopped" action={start}>
        {reason || 'Nothing of it runs, and it answers nothing, until somebody starts it.'}
      </Alert>
    )
  }
  if (reason === '') return null
  const isDown = status === 'down'
  return (
    <Alert tone={isDown ? 'danger' : status === 'degraded' ? 'warning' : 'info'} title={isDown ? 'No unit is ready' : status === 'degraded' ? 'Not every unit is ready' : 'Its status'}>
      {reason}
    </Alert>
  )
}
