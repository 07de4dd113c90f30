// Keeps a private key. It is never shown again.
import { call } from '@/api/query'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { TextInput, Textarea } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { quoted } from './commands'

interface NewSshKeyProps {
  organization: string
  onClose: () => void
  onDone: () => void
}

/** A dialog; mounted while it is open. */
export function NewSshKey({ organization, onClose, onDone }: NewSshKeyProps) {
  const form = useForm({
    initial: { name: '', value: '' },
    check: ({ value }) => (value.trim() === '' ? { value: 'Paste the private key: it begins with -----BEGIN.' } : {}),
    submit: ({ name, value }) =>
      call('post', '/api/v2/organizations/{organization}/ssh-keys', {
        params: { path: { organization } },
        body: { data: { type: 'ssh-keys', attributes: { name: name.trim(), value: `${value.trim()}\n` } } },
      }),
    onDone: () => {
      onDone()
      onClose()
    },
  })
  return (
    <Dialog isOpen onClose={onClose} title="New SSH key" size="md">
      <Form form={form} submit="Keep it" isWide command={`slipway ssh-key create ${quoted(form.values.name || 'NAME')} FILE`}>
        <TextInput label="Name" isMono {...form.field('name')} placeholder="modules" />
        <Textarea
          label="Private key"
          isMono
          rows={8}
          {...form.field('value')}
          placeholder="-----BEGIN OPENSSH PRIVATE KEY-----"
          help="In OpenSSH form, or an RSA key in PEM, without a passphrase. It is sealed and never shown again."
        />
      </Form>
    </Dialog>
  )
}
