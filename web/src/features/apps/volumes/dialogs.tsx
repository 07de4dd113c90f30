// Having the units of an app see a volume, and taking it away. Mounted while they are open.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '@/api/query'
import { useSettled } from '@/lib/delayed'
import { command, quoted } from '@/lib/shell'
import { Checkbox } from '@/ui/choice'
import { Combobox, MultiSelect } from '@/ui/combobox'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { TextInput } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import type { App } from '../queries'
import { useRefreshVolumeBinds, type VolumeBind, volumesLike } from './queries'

const LATER = 'Units run on with what they see, until the next deploy or restart.'

interface BindValues {
  /** Its id. */
  readonly volume: string
  readonly path: string
  readonly 'is-read-only': boolean
  readonly processes: readonly string[]
  readonly staged: boolean
}

export function BindVolumeDialog({ organization, app, onClose }: { organization: string; app: App; onClose: () => void }) {
  const refresh = useRefreshVolumeBinds()
  const [typed, setTyped] = useState('')
  const { name, pool, processes } = app.attributes
  const found = useQuery({ ...volumesLike(organization, useSettled(typed, 200)), placeholderData: (before) => before, retry: false }).data?.data ?? []
  const form = useForm<BindValues>({
    initial: { volume: '', path: '', 'is-read-only': false, processes: [], staged: false },
    check: ({ volume, path }) => ({
      ...(!volume && { volume: 'Choose a volume.' }),
      ...(!path.trim().startsWith('/') && { path: 'Write the whole path, as /data.' }),
    }),
    submit: ({ volume, path, staged, ...values }) =>
      call('post', '/api/v2/apps/{app}/volume-binds', {
        params: { path: { app: app.id } },
        body: { data: { type: 'volume-binds', attributes: { volume, path: path.trim(), 'is-read-only': values['is-read-only'], processes: [...values.processes], staged } } },
      }),
    onDone: () => {
      onClose()
      void refresh()
    },
  })
  const { values } = form
  const chosen: string | undefined = found.find(({ id }) => id === values.volume)?.attributes.name
  // Others cannot be bound to it.
  const offered = found.filter(({ attributes }) => attributes.pool === pool.name && attributes.permissions['can-bind'])
  return (
    <Dialog isOpen onClose={onClose} title={`Bind a volume to ${name}`} size="md">
      <Form
        form={form}
        submit="Bind it"
        isWide
        command={command(
          `slipway volume bind ${quoted(chosen ?? 'VOLUME')} ${quoted(values.path.trim() || 'PATH')}`,
          `--app ${quoted(name)}`,
          values['is-read-only'] && '--read-only',
          ...values.processes.map((process) => `--process ${quoted(process)}`),
          values.staged && '--no-restart',
        )}
      >
        <Combobox
          label="Volume"
          placeholder="Find it by its name"
          help={`Of the pool ${pool.name}, in which the app is.`}
          options={offered.map(({ id, attributes }) => ({ value: id, text: attributes.name, detail: attributes.plan }))}
          onSearch={setTyped}
          {...form.field('volume')}
        />
        <TextInput label="Seen at" isMono placeholder="/data" {...form.field('path')} />
        <MultiSelect label="Processes" isOptional placeholder="all of them" options={processes.map((process) => ({ value: process.name }))} {...form.field('processes')} />
        <Checkbox label="Units only read" {...form.field('is-read-only')} />
        <Checkbox label="Later" help={LATER} {...form.field('staged')} />
      </Form>
    </Dialog>
  )
}

export function UnbindVolumeDialog({ app, bind, onClose }: { app: App; bind: VolumeBind; onClose: () => void }) {
  const refresh = useRefreshVolumeBinds()
  const [isStaged, setStaged] = useState(false)
  const { volume, path } = bind.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Take ${volume.name} away from ${app.attributes.name}?`}
      verb="Take it away"
      isDanger
      onConfirm={async () => {
        await call('delete', '/api/v2/volume-binds/{volume_bind}', { params: { path: { volume_bind: bind.id }, ...(isStaged && { query: { staged: true } }) } })
        toast({ text: `${volume.name} is not seen at ${path} any more.` })
        await refresh()
      }}
    >
      <Stack gap={3}>
        <p>Its units do not see {path} any more. The volume stays, with all that is in it.</p>
        <Checkbox label="Later" help={LATER} value={isStaged} onChange={setStaged} />
        <Command text={command(`slipway volume unbind ${quoted(volume.name)} ${quoted(path)}`, `--app ${quoted(app.attributes.name)}`, isStaged && '--no-restart')} />
      </Stack>
    </ConfirmDialog>
  )
}
