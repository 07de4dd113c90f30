// Going back to a version, and starting the units anew. Mounted while they are open.
import { useQuery } from '@tanstack/react-query'
import { call, type Schema } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import { Checkbox } from '@/ui/choice'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { type App, type Version, versionsOf } from '../queries'
import { refusal, shortImage } from '../words'

interface DialogProps {
  app: App
  onClose: () => void
  /** With the id of the deploy that was started. */
  onDone: (deploy: string) => Promise<unknown>
}

type Started = Schema<'Document_Resource_Deploy'>

/** `version` is the one that is chosen first; the one before the live one without it. */
export function RollbackDialog({ app, version, onClose, onDone }: DialogProps & { version?: number }) {
  const { name } = app.attributes
  const found = useQuery(versionsOf(app.id)).data?.data as readonly Version[] | undefined
  const others = (found ?? []).filter(({ attributes }) => !attributes['is-live'])
  const form = useForm<{ readonly version: string; readonly withEnv: boolean; readonly message: string }, Started>({
    initial: { version: version === undefined ? '' : String(version), withEnv: false, message: '' },
    submit: (values) =>
      call('post', '/api/v2/apps/{app}/actions/rollback', {
        params: { path: { app: app.id } },
        body: { data: { type: 'deploys', attributes: { ...(values.version && { 'app-version': Number(values.version) }), ...(values.withEnv && { 'with-env': true }), message: values.message.trim() } } },
      }),
    onDone: ({ data }) => {
      onClose()
      void onDone(data.id)
    },
  })
  const { values } = form
  const options = others.map(({ attributes }) => ({ value: String(attributes.number), text: `v${attributes.number} · ${shortImage(attributes.origin)}` }))
  // It may be older than those that were read.
  const isListed = values.version === '' || options.some(({ value }) => value === values.version)
  return (
    <Dialog isOpen onClose={onClose} title={`Roll ${name} back`} size="md">
      <Form
        form={form}
        submit="Roll back"
        isWide
        command={command(`slipway app rollback${values.version && ` ${values.version}`}`, values.withEnv && '--with-env', `--app ${quoted(name)}`, values.message.trim() && `-m ${quoted(values.message.trim())}`)}
      >
        <Select
          label="To"
          help={`Its image and its processes, with ${values.withEnv ? 'the variables that it last ran with' : 'the variables of now'}.`}
          options={[{ value: '', text: 'The version that ran before' }, ...(isListed ? [] : [{ value: values.version, text: `v${values.version}` }]), ...options]}
          {...form.field('version')}
          error={form.problems['app-version']}
        />
        <Checkbox
          label="Bring its variables back, too"
          help="Those of people and tools, as it last ran with them. What binds give stays as it is now."
          disabledReason={refusal(app, 'can-update-env')}
          {...form.field('withEnv')}
          error={form.problems['with-env']}
        />
        <TextInput label="Message" isOptional placeholder="Why, for those who look later" {...form.field('message')} />
      </Form>
    </Dialog>
  )
}

export function RestartDialog({ app, onClose, onDone }: DialogProps) {
  const { name } = app.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Restart ${name}?`}
      verb="Restart"
      onConfirm={async () => {
        const { data } = await call('post', '/api/v2/apps/{app}/actions/restart', { params: { path: { app: app.id } } })
        await onDone(data.id)
      }}
    >
      <Stack gap={3}>
        <p>Its units are exchanged for new ones of the same version, without a request lost. Variables and plans that wait for it count then.</p>
        <Command text={`slipway app restart ${quoted(name)}`} />
      </Stack>
    </ConfirmDialog>
  )
}
