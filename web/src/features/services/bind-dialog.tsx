// Binding an app to a service instance, from there. Mounted while it is open.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '@/api/query'
import { useSettled } from '@/lib/delayed'
import { command, quoted } from '@/lib/shell'
import { Checkbox } from '@/ui/choice'
import { Combobox } from '@/ui/combobox'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { TextInput } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { appsLike, type Instance, useRefreshServices } from './queries'

const BLANK = { app: '', prefix: '', staged: false }

export function BindAppDialog({ organization, instance, onClose }: { organization: string; instance: Instance; onClose: () => void }) {
  const refresh = useRefreshServices()
  const [typed, setTyped] = useState('')
  const { name, apps: bound } = instance.attributes
  const found = useQuery({ ...appsLike(organization, useSettled(typed, 200)), placeholderData: (before) => before, retry: false }).data?.data ?? []
  const form = useForm({
    initial: BLANK,
    check: ({ app }) => ({ ...(!app && { app: 'Choose the app.' }) }),
    submit: ({ app, prefix, staged }) =>
      call('post', '/api/v2/apps/{app}/binds', {
        params: { path: { app } },
        body: {
          data: { type: 'app-binds', attributes: { 'service-instance': instance.id, ...(prefix.trim() && { prefix: prefix.trim() }), ...(staged && { staged }) } },
        },
      }),
    onDone: (_, { app }) => {
      onClose()
      toast({ text: `${nameOf(app)} is bound to ${name}.` })
      void refresh()
    },
  })
  const { app, prefix, staged } = form.values
  const nameOf = (id: string): string => found.find((one) => one.id === id)?.attributes.name ?? 'APP'
  return (
    <Dialog isOpen onClose={onClose} title={`Bind an app to ${name}`} size="md">
      <Form
        form={form}
        submit="Bind it"
        isWide
        command={command(`slipway app bind ${quoted(nameOf(app))} ${quoted(name)}`, prefix.trim() && `--prefix ${quoted(prefix.trim())}`, staged && '--no-restart')}
      >
        <Combobox
          label="App"
          placeholder="Find it by its name"
          help="Whose variables you may change."
          options={found.map(({ id, attributes }) => ({ value: id, text: attributes.name, ...(bound.includes(attributes.name) && { detail: 'bound already' }) }))}
          onSearch={setTyped}
          {...form.field('app')}
        />
        <TextInput label="Prefix" isOptional isMono placeholder="ORDERS_" help="Put before the name of each variable, for a second one of its kind." {...form.field('prefix')} error={form.problems['prefix'] ?? form.problems['service-instance']} />
        <Checkbox label="Later" help="Units run on with what they have, until the next deploy or restart." {...form.field('staged')} />
      </Form>
    </Dialog>
  )
}
