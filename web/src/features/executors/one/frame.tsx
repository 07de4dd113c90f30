// The frame of one executor: what it is, how it stands, what can be done, and its parts.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Outlet, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useTabs } from '@/lib/features'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Stack } from '@/ui/layout'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Status } from '@/ui/status'
import { Tabs } from '@/ui/tabs'
import { Facts, Text } from '@/ui/text'
import { toast } from '@/ui/toast'
import { staleExecutors, useOpenExecutor } from '../queries'
import { DeleteDialog } from '../runs/delete-dialog'
import { DestroyDialog, RunDialog } from '../runs/run-dialog'
import { noRun, refusal, whatRuns } from '../words'

export default function ExecutorFrame() {
  const { organization, executor, etag } = useOpenExecutor()
  const { id, attributes } = executor
  const { name } = attributes
  const isOn = attributes['is-enabled']
  const [asked, setAsked] = useState<'run' | 'destroy' | 'delete' | null>(null)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const refresh = () => Promise.all(staleExecutors.map((queryKey) => queries.invalidateQueries({ queryKey })))
  const turn = useMutation({
    mutationFn: () => call('post', `/api/v2/executors/{executor}/actions/${isOn ? 'disable' : 'enable'}`, { params: { path: { executor: id } } } as never),
    onSuccess: () => toast({ text: isOn ? `Nothing of ${name} is started any more.` : `${name} can be run.` }),
    onSettled: refresh,
  })
  const to = (tab?: string) => addresses.executor(organization, id, tab)
  const tabs = useTabs('executor').map(({ title, path }) => ({ title, to: to(path), isExact: path === '' }))
  const mayChange = refusal(executor, 'can-update')
  const cannotRun = refusal(executor, 'can-plan') ?? noRun(executor)
  const cannotDestroy = refusal(executor, 'can-destroy') ?? noRun(executor) ?? (attributes['resource-count'] === 0 ? 'Its state has nothing.' : null)
  const close = () => setAsked(null)
  return (
    <>
      <PageHead
        title={name}
        status={<Status of="executor" value={attributes.status} isBadge />}
        meta={
          <Facts>
            {[
              <Text key="what" isMono>
                {whatRuns(attributes)}
              </Text>,
              attributes.description || null,
            ]}
          </Facts>
        }
        crumbs={[{ title: 'Executors', to: addresses.executors(organization) }]}
        object={{ kind: 'executor', id, name }}
        palette={cannotRun ? [] : [{ id: 'executor.run', title: `Run ${name}`, icon: 'run', run: () => setAsked('run') }]}
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions" size="md" />}
              groups={[
                {
                  items: [
                    { title: 'Change', icon: 'edit', onSelect: () => void navigate({ to: to('edit') }), disabledReason: mayChange },
                    { title: isOn ? 'Disable' : 'Enable', icon: isOn ? 'pause' : 'run', onSelect: () => turn.mutate(), disabledReason: mayChange },
                  ],
                },
                {
                  items: [
                    { title: 'Destroy everything…', icon: 'trash', isDanger: true, onSelect: () => setAsked('destroy'), disabledReason: cannotDestroy },
                    { title: 'Delete…', icon: 'trash', isDanger: true, onSelect: () => setAsked('delete'), disabledReason: refusal(executor, 'can-delete') },
                  ],
                },
              ]}
            />
            <Button look={cannotRun ? 'default' : 'primary'} icon="run" disabledReason={cannotRun} onClick={() => setAsked('run')}>
              Run now…
            </Button>
          </>
        }
      />
      {(turn.error || !isOn) && (
        <Stack gap={3}>
          {turn.error && <ErrorNotice error={toApiError(turn.error)} />}
          {!isOn && (
            <Alert tone="neutral" icon="pause" title="It is disabled">
              Nothing of it is started, by people or schedules. What runs already goes on.
            </Alert>
          )}
        </Stack>
      )}
      <Tabs label={`Parts of ${name}`} tabs={tabs} />
      <Outlet />
      {asked === 'run' && <RunDialog executor={executor} onClose={close} onDone={refresh} />}
      {asked === 'destroy' && <DestroyDialog executor={executor} onClose={close} onDone={refresh} />}
      {asked === 'delete' && (
        <DeleteDialog
          executor={executor}
          etag={etag}
          onClose={close}
          onDone={async () => {
            await navigate({ to: addresses.executors(organization) })
            await refresh()
          }}
        />
      )}
    </>
  )
}
