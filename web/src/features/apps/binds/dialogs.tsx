// Binding an app to something, and taking that away. Mounted while they are open.
import { useState } from 'react'
import { call } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import { bindProblems, BindFields } from '@/ui/bind-fields'
import { Checkbox } from '@/ui/choice'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import type { App } from '../queries'
import { type Bind, useRefreshBinds } from './queries'
import { BLANK, commandOf, originName, type Values, wanted } from './words'

export function BindDialog({ organization, app, onClose }: { organization: string; app: App; onClose: () => void }) {
  const refresh = useRefreshBinds()
  const form = useForm<Values>({
    initial: BLANK,
    check: bindProblems,
    submit: (values) =>
      call('post', '/api/v2/apps/{app}/binds', { params: { path: { app: app.id } }, body: { data: { type: 'app-binds', attributes: wanted(values) } } }),
    onDone: () => {
      onClose()
      toast({ text: `${app.attributes.name} is bound.` })
      void refresh()
    },
  })
  return (
    <Dialog isOpen onClose={onClose} title={`Bind ${app.attributes.name}`} size="md">
      <Form form={form} submit="Bind it" isWide command={commandOf(form.values, app.attributes.name)}>
        <BindFields organization={organization} form={form} />
        <Checkbox label="Later" help="Units run on with what they have, until the next deploy or restart." {...form.field('staged')} />
      </Form>
    </Dialog>
  )
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
