// Binding a job to outputs and volumes, and taking them away. Mounted while they are open.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '@/api/query'
import { useSettled } from '@/lib/delayed'
import { command, quoted } from '@/lib/shell'
import { bindFlags, bindProblems, BindFields, type BindValues, boundTo, UNBOUND } from '@/ui/bind-fields'
import { Checkbox } from '@/ui/choice'
import { Combobox } from '@/ui/combobox'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { TextInput } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { type Job, type JobBind, type JobVolumeBind, useRefreshJobs, volumesLike } from './queries'
import { originName } from './words'

interface DialogProps {
  job: Job
  onClose: () => void
}

export function BindDialog({ organization, job, onClose }: DialogProps & { organization: string }) {
  const refresh = useRefreshJobs()
  const { name } = job.attributes
  const form = useForm<BindValues>({
    initial: UNBOUND,
    check: bindProblems,
    submit: (values) => call('post', '/api/v2/jobs/{job}/binds', { params: { path: { job: job.id } }, body: { data: { type: 'job-binds', attributes: boundTo(values) } } }),
    onDone: () => {
      onClose()
      toast({ text: `${name} is bound. The next run sees it.` })
      void refresh()
    },
  })
  const [to, ...flags] = bindFlags(form.values)
  return (
    <Dialog isOpen onClose={onClose} title={`Bind ${name}`} size="md">
      <Form form={form} submit="Bind it" isWide command={command(`slipway job bind ${quoted(name)} ${to}`, ...flags)}>
        <BindFields organization={organization} form={form} />
      </Form>
    </Dialog>
  )
}

export function UnbindDialog({ job, bind, onClose }: DialogProps & { bind: JobBind }) {
  const refresh = useRefreshJobs()
  const { name } = job.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Unbind ${originName(bind)}?`}
      verb="Unbind"
      isDanger
      onConfirm={async () => {
        await call('delete', '/api/v2/job-binds/{bind}', { params: { path: { bind: bind.id } } })
        toast({ text: `${name} is not bound to it any more.` })
        await refresh()
      }}
    >
      <Stack gap={3}>
        <p>{`The next run does not see its variables any more: ${bind.attributes.variables.map((variable) => variable.name).join(', ') || 'there are none yet'}. What they come from stays as it is.`}</p>
        <Command text={`slipway job unbind ${quoted(name)} ${quoted(bind.id)}`} />
      </Stack>
    </ConfirmDialog>
  )
}

export function BindVolumeDialog({ organization, job, onClose }: DialogProps & { organization: string }) {
  const refresh = useRefreshJobs()
  const [typed, setTyped] = useState('')
  const { name, pool } = job.attributes
  const found = useQuery({ ...volumesLike(organization, useSettled(typed, 200)), placeholderData: (before) => before, retry: false }).data?.data ?? []
  const form = useForm({
    initial: { volume: '', path: '', 'is-read-only': false },
    check: ({ volume, path }) => ({
      ...(!volume && { volume: 'Choose a volume.' }),
      ...(!path.trim().startsWith('/') && { path: 'Write the whole path, as /data.' }),
    }),
    submit: (values) =>
      call('post', '/api/v2/jobs/{job}/volume-binds', { params: { path: { job: job.id } }, body: { data: { type: 'job-volume-binds', attributes: { ...values, path: values.path.trim() } } } }),
    onDone: () => {
      onClose()
      toast({ text: `${name} is bound to it. The next run sees it.` })
      void refresh()
    },
  })
  const { values } = form
  // Others cannot be bound to it.
  const offered = found.filter(({ attributes }) => attributes.pool === pool.name && attributes.permissions['can-bind'])
  const chosen: string | undefined = found.find(({ id }) => id === values.volume)?.attributes.name
  return (
    <Dialog isOpen onClose={onClose} title={`Bind a volume to ${name}`} size="md">
      <Form
        form={form}
        submit="Bind it"
        isWide
        command={command(`slipway job volume bind ${quoted(name)} ${quoted(chosen ?? 'VOLUME')} ${quoted(values.path.trim() || 'PATH')}`, values['is-read-only'] && '--read-only')}
      >
        <Combobox
          label="Volume"
          placeholder="Find it by its name"
          help={`Of the pool ${pool.name}, in which the job is.`}
          options={offered.map(({ id, attributes }) => ({ value: id, text: attributes.name, detail: attributes.plan }))}
          onSearch={setTyped}
          {...form.field('volume')}
        />
        <TextInput label="Seen at" isMono placeholder="/data" {...form.field('path')} />
        <Checkbox label="Runs only read" {...form.field('is-read-only')} />
      </Form>
    </Dialog>
  )
}

export function UnbindVolumeDialog({ job, bind, onClose }: DialogProps & { bind: JobVolumeBind }) {
  const refresh = useRefreshJobs()
  const { volume, path } = bind.attributes
  const { name } = job.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Take ${volume.name} away from ${name}?`}
      verb="Take it away"
      isDanger
      onConfirm={async () => {
        await call('delete', '/api/v2/job-volume-binds/{bind}', { params: { path: { bind: bind.id } } })
        toast({ text: `${volume.name} is not seen at ${path} any more.` })
        await refresh()
      }}
    >
      <Stack gap={3}>
        <p>The next run does not see {path} any more. The volume stays, with all that is in it.</p>
        <Command text={`slipway job volume unbind ${quoted(name)} ${quoted(volume.name)} ${quoted(path)}`} />
      </Stack>
    </ConfirmDialog>
  )
}
