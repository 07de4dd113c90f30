// What an event that one makes up would start here, by which trigger.
import { useState } from 'react'
import type { ResourceOf } from '@/api/query'
import { call, type Schema } from '@/api/query'
import { Alert } from '@/ui/alert'
import { MultiSelect } from '@/ui/combobox'
import { Form } from '@/ui/form'
import { Select } from '@/ui/select'
import { statusLook } from '@/ui/status-list'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { quoted, type Workspace } from './queries'
import { EVENTS } from './words'

export function EventTrial({ workspace }: { workspace: Workspace }) {
  const [verdict, setVerdict] = useState<ResourceOf<'TriggerVerdict'> | null>(null)
  const form = useForm({
    initial: { event: 'push' as Schema<'TriggerEvent'>, branch: workspace.attributes['vcs-repo']?.branch || 'main', paths: [] as readonly string[] },
    check: ({ branch }) => (branch.trim() === '' ? { branch: 'Name one.' } : {}),
    submit: ({ event, branch, paths }) =>
      call('post', '/api/v2/workspaces/{workspace}/actions/test-triggers', {
        params: { path: { workspace: workspace.id } },
        body: { data: { type: 'trigger-trials', attributes: { event, branch: branch.trim(), paths: [...paths] } } },
      }),
    onDone: ({ data }) => setVerdict(data as ResourceOf<'TriggerVerdict'>),
  })
  const { values } = form
  const command = [
    `slipway trigger test ${quoted(workspace.attributes.name)} --event ${values.event} --branch ${quoted(values.branch || 'NAME')}`,
    ...values.paths.map((path) => `--path ${quoted(path)}`),
  ]
  return (
    <Form form={form} submit="Ask" look="default" command={command.join(' ')}>
      <Select
        label="Event"
        options={(Object.keys(EVENTS) as Schema<'TriggerEvent'>[]).map((value) => ({ value, text: EVENTS[value] }))}
        {...form.field('event')}
      />
      <TextInput label={values.event === 'release' ? 'Tag' : 'Branch'} isMono {...form.field('branch')} />
      <MultiSelect
        label="Changed paths"
        isOptional
        isMono
        createLabel="Path"
        placeholder="live/prod/main.tf"
        options={values.paths.map((value) => ({ value }))}
        {...form.field('paths')}
      />
      {verdict && (
        <Alert
          tone={verdict.attributes.starts === 'nothing' ? 'neutral' : 'info'}
          icon={statusLook('start', verdict.attributes.starts).icon}
          title={verdict.attributes.starts === 'nothing' ? 'It would start nothing' : `It would start: ${statusLook('start', verdict.attributes.starts).word.toLowerCase()}`}
        >
          {verdict.attributes.reason}
        </Alert>
      )}
    </Form>
  )
}
