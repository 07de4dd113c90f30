// Binding an app to something, and taking that away. Mounted while they are open.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '@/api/query'
import { useSettled } from '@/lib/delayed'
import { command, quoted } from '@/lib/shell'
import { Checkbox } from '@/ui/choice'
import { Combobox } from '@/ui/combobox'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Fold } from '@/ui/fold'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { Select } from '@/ui/select'
import { TextInput, Textarea } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import type { App } from '../queries'
import { type Bind, instancesIn, type Kind, resourcesIn, useRefreshBinds, workspacesIn } from './queries'
import { BLANK, commandOf, KINDS, originName, parsedNames, type Values, wanted } from './words'

export function BindDialog({ organization, app, onClose }: { organization: string; app: App; onClose: () => void }) {
  const refresh = useRefreshBinds()
  const [typed, setTyped] = useState('')
  const form = useForm<Values>({
    initial: BLANK,
    check: ({ origin, names }) => ({
      ...(!origin && { origin: 'Choose what it is bound to.' }),
      ...(parsedNames(names) === null && { names: 'Write output=VARIABLE in each line.' }),
    }),
    submit: (values) =>
      call('post', '/api/v2/apps/{app}/binds', { params: { path: { app: app.id } }, body: { data: { type: 'app-binds', attributes: wanted(values) } } }),
    onDone: () => {
      onClose()
      toast({ text: `${app.attributes.name} is bound.` })
      void refresh()
    },
  })
  const { kind, origin } = form.values
  const options = useOrigins(organization, kind, useSettled(typed, 200))
  const chosen = options.find(({ value }) => value === origin)
  return (
    <Dialog isOpen onClose={onClose} title={`Bind ${app.attributes.name}`} size="md">
      <Form form={form} submit="Bind it" isWide command={commandOf(form.values, app.attributes.name, chosen?.text ?? '')}>
        <Select label="To" value={kind} options={Object.entries(KINDS).map(([value, text]) => ({ value: value as Kind, text }))} onChange={(next) => form.set({ kind: next, origin: '' })} />
        <Combobox label="Which" placeholder="Find it by its name" options={options} onSearch={setTyped} {...form.field('origin')} error={form.problems['origin'] ?? form.problems[kind]} />
        <Fold title="Variables" about="as it says itself">
          <Stack gap={4}>
            <Textarea label="Outputs, and what they are called here" isOptional isMono rows={3} placeholder="endpoint=DATABASE_HOST" help="One in each line; without any, what the service or template says, or all of them in capitals." {...form.field('names')} />
            <TextInput label="Prefix" isOptional isMono placeholder="ORDERS_" help="Put before the name of each variable." {...form.field('prefix')} />
            <Checkbox label="Show values that are no secrets" help="To those who may see its variables." {...form.field('shows-values')} />
          </Stack>
        </Fold>
        <Checkbox label="Later" help="Units run on with what they have, until the next deploy or restart." {...form.field('staged')} />
      </Form>
    </Dialog>
  )
}

/** What can be bound to, of a kind. */
function useOrigins(organization: string, kind: Kind, search: string): readonly { value: string; text: string; detail?: string }[] {
  const keep = { placeholderData: <T,>(before: T | undefined) => before, retry: false }
  const instances = useQuery({ ...instancesIn(organization), enabled: kind === 'service-instance', ...keep }).data?.data ?? []
  const resources = useQuery({ ...resourcesIn(organization, search), enabled: kind === 'resource', ...keep }).data?.data ?? []
  const workspaces = useQuery({ ...workspacesIn(organization, search), enabled: kind === 'workspace', ...keep }).data?.data ?? []
  const found = { 'service-instance': instances, resource: resources, workspace: workspaces }[kind]
  return found.map(({ id, attributes }) => ({ value: id, text: String(attributes.name) }))
}

export function UnbindDialog({ app, bind, onClose }: { app: App; bind: Bind; onClose: () => void }) {
  const refresh = useRefreshBinds()
  const [isStaged, setStaged] = useState(false)
  const { name } = app.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Unbind ${originName(bind)}?`}
      verb="Unbind"
      isDanger
      onConfirm={async () => {
        await call('delete', '/api/v2/app-binds/{bind}', { params: { path: { bind: bind.id }, ...(isStaged && { query: { staged: true } }) } })
        onClose()
        toast({ text: `${name} is not bound to it any more.` })
        await refresh()
      }}
    >
      <Stack gap={3}>
        <p>{`Its variables are taken away from ${name}: ${bind.attributes.variables.map((variable) => variable.name).join(', ') || 'there are none yet'}. What they come from stays as it is.`}</p>
        <Checkbox label="Later" help="Units run on with what they have, until the next deploy or restart." value={isStaged} onChange={setStaged} />
        <Command text={command(`slipway app unbind ${quoted(name)} ${quoted(bind.id)}`, isStaged && '--no-restart')} />
      </Stack>
    </ConfirmDialog>
  )
}
