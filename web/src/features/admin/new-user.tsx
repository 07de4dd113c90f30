// Makes an account.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type ResourceOf, stale } from '@/api/query'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { UserActionDialog } from './user-action'

/** A dialog; mounted while it is open. Then it asks for the link by which the password is chosen. */
export function NewUser({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient()
  const [made, setMade] = useState<ResourceOf<'User'> | null>(null)
  const form = useForm({
    initial: { username: '', email: '' },
    submit: ({ username, email }) =>
      call('post', '/api/v2/admin/users', {
        body: { data: { type: 'users', attributes: { username: username.trim(), ...(email.trim() && { email: email.trim() }) } } },
      }),
    onDone: ({ data }) => {
      setMade(data as ResourceOf<'User'>)
      void queries.invalidateQueries({ queryKey: stale('/api/v2/admin/users') })
    },
  })
  if (made) return <UserActionDialog user={made} action="reset-password" onClose={onClose} />
  const { username, email } = form.values
  return (
    <Dialog isOpen onClose={onClose} title="New user" size="md">
      <Form
        form={form}
        submit="Create user"
        isWide
        command={`slipway user create ${username || 'NAME'}${email ? ` --email ${email}` : ''}`}
      >
        <p>An invitation to an organization makes an account, too, and asks nobody to remember a name. This is for the rest.</p>
        <TextInput label="Name" isMono {...form.field('username')} placeholder="ada" autoFocus />
        <TextInput label="Mail address" type="email" isOptional {...form.field('email')} placeholder="ada@example.org" />
      </Form>
    </Dialog>
  )
}
