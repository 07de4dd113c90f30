// Bringing back former variables of an app. Mounted while it is open.
import { call, type Schema } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { type App, useRefreshApps } from '../queries'
import { isStaged, type Staged, StagedField } from './dialogs'

type Restored = Schema<'Document_Resource_AppEnvRestored'>

export function RestoreDialog({ app, number, onClose }: { app: App; number: number; onClose: () => void }) {
  const refresh = useRefreshApps()
  const form = useForm<Staged, Restored>({
    initial: { staged: isStaged(app) },
    submit: ({ staged }) =>
      call('post', '/api/v2/apps/{app}/actions/restore-env', {
        params: { path: { app: app.id } },
        body: { data: { type: 'app-envs', attributes: { number, staged } } },
      }),
    onDone: ({ data }) => {
      const out = data.attributes['left-out'].map(({ name }) => name)
      toast({ text: `The variables of number ${number} are back${out.length > 0 ? `, without ${out.join(', ')}` : ''}.` })
      onClose()
      void refresh()
    },
  })
  const text = command(`slipway app env restore ${number}`, form.values.staged && '--staged', `--app ${quoted(app.attributes.name)}`)
  return (
    <Dialog isOpen onClose={onClose} title={`Bring back the variables of number ${number}?`} size="md">
      <Form form={form} submit="Bring them back" isWide command={text}>
        <Stack gap={3}>
          <p>What people and tools set is as it was after that change: what was set since is unset, what was changed or unset since has its former value.</p>
          <p>What binds give stays as it is now. A former variable of such a name is left out.</p>
        </Stack>
        <StagedField app={app} form={form} />
      </Form>
    </Dialog>
  )
}
