// Setting a variable of a job, and taking one away. Mounted while they are open.
import { call } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import { Checkbox } from '@/ui/choice'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { Select } from '@/ui/select'
import { Textarea, TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { type Job, useRefreshJobs, type Variable } from './queries'

interface DialogProps {
  job: Job
  onClose: () => void
}

interface SetValues {
  readonly name: string
  readonly from: 'value' | 'alias'
  readonly value: string
  readonly alias: string
  readonly isPrivate: boolean
}

/** `variable` is the one that is changed; null for another one. */
export function SetDialog({ job, variable, onClose }: DialogProps & { variable: Variable | null }) {
  const refresh = useRefreshJobs()
  const wasPrivate = variable?.['is-private'] ?? false
  const form = useForm<SetValues>({
    initial: {
      name: variable?.name ?? '',
      from: variable?.['alias-of'] ? 'alias' : 'value',
      value: variable?.value ?? '',
      alias: variable?.['alias-of'] ?? '',
      isPrivate: wasPrivate,
    },
    check: ({ name, from, alias, value }) => ({
      ...(!name.trim() && { name: 'Give it a name.' }),
      ...(from === 'alias' && !alias.trim() && { alias: 'Say which variable.' }),
      // Nobody is shown the one that it has, so that it cannot stand here: nothing typed would take it away.
      ...(from === 'value' && wasPrivate && value === '' && { value: 'Type its new value: nobody is shown the one that it has.' }),
    }),
    submit: ({ name, from, alias, value, isPrivate }) =>
      call('patch', '/api/v2/jobs/{job}/env', {
        params: { path: { job: job.id } },
        body: {
          data: { type: 'job-envs', attributes: { set: [{ name: name.trim(), ...(from === 'alias' ? { 'alias-of': alias.trim() } : { value, 'is-private': isPrivate }) }] } },
        },
      }),
    onDone: () => {
      onClose()
      void refresh()
    },
  })
  const { values, problems } = form
  const name = values.name.trim() || 'NAME'
  const isAlias = values.from === 'alias'
  // A secret is not written out.
  const pair = isAlias ? `${name}=${values.alias.trim()}` : values.isPrivate ? name : `${name}=${values.value}`
  return (
    <Dialog isOpen onClose={onClose} title={variable ? `Change ${variable.name}` : 'Set a variable'} size="md">
      <Form
        form={form}
        submit="Set it"
        isWide
        command={command(`slipway job env set ${quoted(job.attributes.name)} ${quoted(pair)}`, isAlias && '--alias', !isAlias && values.isPrivate && '--private')}
      >
        <TextInput
          label="Name"
          isMono
          autoFocus={!variable}
          placeholder="LOG_LEVEL"
          help="Letters, digits and underscores, no digit first."
          disabledReason={variable ? 'A variable keeps its name. Set another one, and unset this one.' : null}
          {...form.field('name')}
          error={problems['name'] ?? problems['set']}
        />
        <Select
          label="It has"
          options={[
            { value: 'value', text: 'A value of its own' },
            { value: 'alias', text: 'The value of another variable' },
          ]}
          {...form.field('from')}
        />
        {isAlias ? (
          <TextInput label="Variable" isMono placeholder="ORDERS_DB_URL" {...form.field('alias')} error={problems['alias'] ?? problems['alias-of']} />
        ) : (
          <>
            {values.isPrivate ? (
              <TextInput label="Value" type="password" autoComplete="new-password" isMono {...form.field('value')} />
            ) : (
              <Textarea label="Value" isMono rows={2} {...form.field('value')} />
            )}
            <Checkbox label="Private" help="Its value is shown to nobody, from now on." {...form.field('isPrivate')} error={problems['is-private']} />
          </>
        )}
      </Form>
    </Dialog>
  )
}

export function UnsetDialog({ job, variable, onClose }: DialogProps & { variable: Variable }) {
  const refresh = useRefreshJobs()
  const { name } = variable
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Unset ${name}?`}
      verb="Unset it"
      isDanger
      onConfirm={async () => {
        await call('patch', '/api/v2/jobs/{job}/env', { params: { path: { job: job.id } }, body: { data: { type: 'job-envs', attributes: { unset: [name] } } } })
        await refresh()
      }}
    >
      <Stack gap={3}>
        <p>The next run does not see it any more.</p>
        <Command text={`slipway job env unset ${quoted(job.attributes.name)} ${quoted(name)}`} />
      </Stack>
    </ConfirmDialog>
  )
}
