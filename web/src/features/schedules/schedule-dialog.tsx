// What a schedule starts and when; for a new one and for one that is there.
import { call } from '@/api/query'
import { Radio } from '@/ui/choice'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { Preview } from './preview'
import type { Schedule } from './queries'
import { ACTIONS, type ActionName, commandOf, settingsOf, type Values, valuesOf } from './words'

interface ScheduleDialogProps {
  workspace: { readonly id: string; readonly name: string }
  /** Null for a new one. */
  schedule: Schedule | null
  etag?: string | undefined
  onClose: () => void
  onDone: () => void
}

/** A dialog; mounted while it is open. */
export function ScheduleDialog({ workspace, schedule, etag, onClose, onDone }: ScheduleDialogProps) {
  const form = useForm<Values>({
    initial: valuesOf(schedule),
    check: ({ when, at }) => ({ ...(when === 'at' && !at && { at: 'Say when.' }) }),
    submit: (values) => save(workspace.id, schedule, etag, values),
    onDone: () => {
      onDone()
      onClose()
    },
  })
  const { values } = form
  return (
    <Dialog isOpen onClose={onClose} title={schedule ? `Change ${schedule.attributes.name}` : `New schedule of ${workspace.name}`} size="md">
      <Form form={form} submit={schedule ? 'Save' : 'Create schedule'} isWide command={commandOf(workspace.name, schedule, values)}>
        <Select
          label="Starts"
          options={(Object.keys(ACTIONS) as ActionName[]).map((value) => ({ value, text: ACTIONS[value] }))}
          help={HELP[values.action]}
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
        <Preview values={values} />
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

/** What an action does without asking. */
const HELP: Readonly<Record<ActionName, string>> = {
  plan: 'A run that can never be applied.',
  'check-drift': 'A plan of what differs between the state and the real resources.',
  apply: 'A plan with changes is applied without asking anybody.',
  refresh: 'The state takes over what the real resources are by then.',
  destroy: 'Everything that the workspace manages is destroyed without asking anybody. To end what is only needed for a time.',
}

function save(workspace: string, schedule: Schedule | null, etag: string | undefined, values: Values) {
  const body = { data: { type: 'schedules', attributes: settingsOf(schedule && valuesOf(schedule), values) } }
  return schedule
    ? call('patch', '/api/v2/schedules/{schedule}', {
        params: { path: { schedule: schedule.id }, header: { ...(etag && { 'If-Match': etag }) } },
        body,
      })
    : call('post', '/api/v2/workspaces/{workspace}/schedules', { params: { path: { workspace } }, body })
}
