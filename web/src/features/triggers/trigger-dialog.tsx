// What a trigger waits for, and what it starts; for a new one and for one that is there.
import type { Schema } from '@/api/query'
import { call } from '@/api/query'
import { Radio } from '@/ui/choice'
import { MultiSelect } from '@/ui/combobox'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { quoted, type Trigger, type Workspace } from './queries'
import { ACTIONS, EVENTS, NAMES } from './words'

interface TriggerDialogProps {
  workspace: Workspace
  /** Null for a new one. */
  trigger: Trigger | null
  /** The priority of the last one: a new one comes after it. */
  last: number
  onClose: () => void
  onDone: () => void
}

interface Values {
  event: Schema<'TriggerEvent'>
  branches: readonly string[]
  paths: readonly string[]
  'path-kind': Schema<'PathKind'>
  action: Schema<'TriggerAction'>
  pipeline: string
  priority: string
}

/** A dialog; mounted while it is open. */
export function TriggerDialog({ workspace, trigger, last, onClose, onDone }: TriggerDialogProps) {
  const form = useForm<Values>({
    initial: initialOf(trigger, last),
    check: ({ action, pipeline, priority }) => ({
      ...(action === 'pipeline' && pipeline.trim() === '' && { pipeline: 'Name the pipeline.' }),
      ...(!/^-?\d+$/.test(priority.trim()) && { priority: 'It is a whole number.' }),
    }),
    submit: (values) => save(workspace, trigger, values),
    onDone: () => {
      onDone()
      onClose()
    },
  })
  const { values } = form
  const isRegex = values['path-kind'] === 'regex'
  return (
    <Dialog isOpen onClose={onClose} title={trigger ? 'Change the trigger' : `New trigger of ${workspace.attributes.name}`} size="md">
      <Form form={form} submit={trigger ? 'Save' : 'Add trigger'} isWide command={commandOf(workspace.attributes.name, trigger, values)}>
        <Select label="When" options={optionsOf(EVENTS)} {...form.field('event')} />
        <MultiSelect
          label={NAMES[values.event]}
          isOptional
          isMono
          createLabel="Match"
          placeholder={values.event === 'release' ? String.raw`v\d+\..*` : 'release/.*'}
          help="Regular expressions that match the whole name; any of them will do. All match without."
          options={values.branches.map((value) => ({ value }))}
          {...form.field('branches')}
        />
        <MultiSelect
          label="Changed paths"
          isOptional
          isMono
          createLabel="Match"
          placeholder={isRegex ? String.raw`live/prod/.*\.tf` : 'live/prod/**'}
          help={isRegex ? 'Regular expressions over the whole path.' : 'Globs: * within a name, ** over directories.'}
          options={values.paths.map((value) => ({ value }))}
          {...form.field('paths')}
        />
        {values.paths.length > 0 && (
          <Select
            label="Paths are written as"
            options={[
              { value: 'glob', text: 'Globs' },
              { value: 'regex', text: 'Regular expressions' },
            ]}
            {...form.field('path-kind')}
          />
        )}
        <Radio
          label="Starts"
          options={[
            { value: 'plan', label: ACTIONS.plan, help: 'Can never be applied.' },
            { value: 'plan-and-apply', label: ACTIONS['plan-and-apply'], help: 'The workspace’s own setting says whether somebody has to confirm it.' },
            { value: 'pipeline', label: ACTIONS.pipeline, help: 'There are none yet: it is kept, and starts nothing.' },
          ]}
          {...form.field('action')}
        />
        {values.action === 'pipeline' && <TextInput label="Pipeline" isMono {...form.field('pipeline')} />}
        <TextInput label="Priority" inputMode="numeric" help="The lowest is asked first." {...form.field('priority')} />
      </Form>
    </Dialog>
  )
}

function initialOf(trigger: Trigger | null, last: number): Values {
  const known = trigger?.attributes
  return {
    event: known?.event ?? 'push',
    branches: known?.branches ?? [],
    paths: known?.paths ?? [],
    'path-kind': known?.['path-kind'] ?? 'glob',
    action: known?.action ?? 'plan',
    pipeline: known?.pipeline ?? '',
    priority: String(known?.priority ?? (last > 0 ? last + 10 : 100)),
  }
}

function optionsOf<Word extends string>(words: Readonly<Record<Word, string>>) {
  return (Object.keys(words) as Word[]).map((value) => ({ value, text: words[value] }))
}

function save(workspace: Workspace, trigger: Trigger | null, values: Values) {
  const attributes = {
    event: values.event,
    branches: [...values.branches],
    paths: [...values.paths],
    'path-kind': values['path-kind'],
    action: values.action,
    priority: Number(values.priority),
    ...(values.action === 'pipeline' && { pipeline: values.pipeline.trim() }),
  }
  const body = { data: { type: 'triggers', attributes } }
  return trigger
    ? call('patch', '/api/v2/triggers/{trigger}', { params: { path: { trigger: trigger.id } }, body })
    : call('post', '/api/v2/workspaces/{workspace}/triggers', { params: { path: { workspace: workspace.id } }, body })
}

function commandOf(workspace: string, trigger: Trigger | null, values: Values): string {
  return [
    trigger ? `slipway trigger update ${trigger.id}` : `slipway trigger create ${quoted(workspace)}`,
    `--event ${values.event}`,
    ...values.branches.map((branch) => `--branch ${quoted(branch)}`),
    ...values.paths.map((path) => `--path ${quoted(path)}`),
    values.paths.length > 0 && values['path-kind'] === 'regex' && '--path-kind regex',
    `--action ${values.action}`,
    values.action === 'pipeline' && `--pipeline ${quoted(values.pipeline || 'NAME')}`,
    `--priority ${values.priority}`,
  ]
    .filter(Boolean)
    .join(' ')
}
