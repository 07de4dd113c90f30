// What a schedule starts and when; for a new one and for one that is there.
import { call } from '@/api/query'
import { Radio } from '@/ui/choice'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { TimesPreview } from '@/ui/next-times'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import type { Schedule } from './queries'
import { commandOf, OFFERS, type ScheduledObject, settingsOf, timesOf, type Values, valuesOf } from './words'

interface ScheduleDialogProps {
  object: ScheduledObject
  /** Null for a new one. */
  schedule: Schedule | null
  etag?: string | undefined
  /** What a new one begins with. */
  start?: Partial<Values>
  onClose: () => void
  onDone: () => void
}

/** A dialog; mounted while it is open. */
export function ScheduleDialog({ object, schedule, etag, start, onClose, onDone }: ScheduleDialogProps) {
  const form = useForm<Values>({
    initial: { ...valuesOf(schedule, object.kind), ...start },
    check: ({ when, at }) => ({ ...(when === 'at' && !at && { at: 'Say when.' }) }),
    submit: (values) => save(object, schedule, etag, values),
    onDone: () => {
      onDone()
      onClose()
    },
  })
  const { values } = form
  const command = commandOf(object, schedule, values)
  return (
    <Dialog isOpen onClose={onClose} title={schedule ? `Change ${schedule.attributes.name}` : `New schedule of ${object.name}`} size="md">
      <Form form={form} submit={schedule ? 'Save' : 'Create schedule'} isWide {...(command && { command })}>
        <Select
          label="Starts"
          options={OFFERS[object.kind].map(({ action, text }) => ({ value: action, text }))}
          help={OFFERS[object.kind].find(({ action }) => action === values.action)?.help}
          {...form.field('action')}
        />
        <Radio
          label="When"
          options={[
            { value: 'cron', label: 'Again and again' },
            { value: 'at', label: 'Once, at a moment' },
            { value: 'after', label: 'Once, after a time' },
          ]}
          {...form.field('when')}
        />
        {values.when === 'cron' && (
          <TextInput
            label="Cron expression"
            isMono
            placeholder="0 6 * * 1-5"
            help="Minute, hour, day, month, weekday. Six or seven fields are read as Quartz has them."
            {...form.field('cron')}
          />
        )}
        {values.when === 'at' && <TextInput label="Moment" type="datetime-local" help="By the clock of this browser." {...form.field('at')} />}
        {values.when === 'after' && <TextInput label="Time from now" isMono placeholder="8h" help="90m, 8h, 3d, 2w." {...form.field('after')} />}
        <TextInput label="Time zone" isMono placeholder="Europe/Berlin" {...form.field('time-zone')} />
        <TimesPreview times={timesOf(values)} />
        <Radio
          label="A time at which no server was there"
          options={[
            { value: 'run-once', label: 'Starts as soon as possible', help: 'Once, however many times were missed.' },
            { value: 'skip', label: 'Is left out', help: 'The history says so.' },
          ]}
          {...form.field('missed')}
        />
        <TextInput label="Name" isOptional placeholder="What it does and when" {...form.field('name')} />
      </Form>
    </Dialog>
  )
}

function save(object: ScheduledObject, schedule: Schedule | null, etag: string | undefined, values: Values) {
  const body = { data: { type: 'schedules', attributes: settingsOf(schedule && valuesOf(schedule, object.kind), values) } }
  if (schedule) {
    return call('patch', '/api/v2/schedules/{schedule}', { params: { path: { schedule: schedule.id }, header: { ...(etag && { 'If-Match': etag }) } }, body })
  }
  const { id } = object
  switch (object.kind) {
    case 'workspace':
      return call('post', '/api/v2/workspaces/{workspace}/schedules', { params: { path: { workspace: id } }, body })
    case 'executor':
      return call('post', '/api/v2/executors/{executor}/schedules', { params: { path: { executor: id } }, body })
    case 'resource':
      return call('post', '/api/v2/resources/{resource}/schedules', { params: { path: { resource: id } }, body })
  }
}
