// What an administrator does to an account, with what happens then.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type ResourceOf, stale } from '@/api/query'
import { Alert } from '@/ui/alert'
import { Button } from '@/ui/button'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { ShownOnce } from '@/ui/shown-once'
import { Time } from '@/ui/time'
import { useForm } from '@/ui/use-form'

type User = ResourceOf<'User'>

export type UserAction = 'suspend' | 'unsuspend' | 'disable-two-factor' | 'reset-password' | 'delete'

interface UserActionProps {
  user: User
  action: UserAction
  onClose: () => void
}

interface Question {
  readonly title: (name: string) => string
  readonly verb: string
  readonly isDanger: boolean
  readonly text: string
}

const QUESTIONS: Record<Exclude<UserAction, 'reset-password'>, Question> = {
  suspend: {
    title: (name) => `Suspend ${name}?`,
    verb: 'Suspend',
    isDanger: true,
    text: 'From then on neither browsers nor tokens of this account are let in. What it started goes on. It can be let in again.',
  },
  unsuspend: {
    title: (name) => `Let ${name} in again?`,
    verb: 'Let in again',
    isDanger: false,
    text: 'The tokens work as before, and they sign in anew.',
  },
  'disable-two-factor': {
    title: (name) => `Turn off the second factor of ${name}?`,
    verb: 'Turn off',
    isDanger: true,
    text: 'The password alone is enough then. Be sure who asked for it: this is how accounts are taken over.',
  },
  delete: {
    title: (name) => `Delete user ${name}?`,
    verb: 'Delete user',
    isDanger: true,
    text: 'Roles, teams, sessions and tokens end at once. What they did stays in the activity, by name.',
  },
}

/** Mounted while it is open. */
export function UserActionDialog({ user, action, onClose }: UserActionProps) {
  const queries = useQueryClient()
  if (action === 'reset-password') return <ResetPassword user={user} onClose={onClose} />
  const { title, verb, isDanger, text } = QUESTIONS[action]
  const name = user.attributes.username
  const act = async () => {
    await perform(user.id, action)
    await queries.invalidateQueries({ queryKey: stale('/api/v2/admin/users') })
  }
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={title(name)}
      verb={verb}
      isDanger={isDanger}
      onConfirm={act}
      {...(action === 'delete' && { nameToType: name })}
    >
      <p>{text}</p>
    </ConfirmDialog>
  )
}

function perform(id: string, action: Exclude<UserAction, 'reset-password'>): Promise<unknown> {
  const params = { path: { user: id } }
  switch (action) {
    case 'suspend':
      return call('post', '/api/v2/admin/users/{user}/actions/suspend', { params })
    case 'unsuspend':
      return call('post', '/api/v2/admin/users/{user}/actions/unsuspend', { params })
    case 'disable-two-factor':
      return call('post', '/api/v2/admin/users/{user}/actions/disable_two_factor', { params })
    case 'delete':
      return call('delete', '/api/v2/admin/users/{user}', { params })
  }
}

interface MadeLink {
  readonly url?: string | null | undefined
  readonly 'expired-at': string
}

function ResetPassword({ user, onClose }: { user: User; onClose: () => void }) {
  const [made, setMade] = useState<MadeLink | null>(null)
  const name = user.attributes.username
  const form = useForm({
    initial: {},
    submit: () => call('post', '/api/v2/admin/users/{user}/actions/reset-password', { params: { path: { user: user.id } } }),
    onDone: (answer) => setMade(answer.data.attributes),
  })
  return (
    <Dialog isOpen onClose={onClose} title={made ? 'The link is made' : `Make a link for a new password of ${name}?`} size="md">
      {made ? (
        <Stack gap={4}>
          {made.url ? (
            <ShownOnce title={`Hand this link to ${name}`} text={made.url} what="the link">
              Whoever opens it chooses the password, so send it to nobody else. It works once, and ends <Time at={made['expired-at']} />.
            </ShownOnce>
          ) : (
            <Alert tone="success" icon="mail" title={`The link is on its way to ${user.attributes.email}`}>
              It works once, and ends <Time at={made['expired-at']} />.
            </Alert>
          )}
          <div>
            <Button look="primary" onClick={onClose}>
              {made.url ? 'I have copied it' : 'Done'}
            </Button>
          </div>
        </Stack>
      ) : (
        <Form form={form} submit="Make a link" isWide>
          <p>
            Whoever opens it chooses a new password, and all browsers of {name} are signed out. The second factor is asked for as before. With
            mail the link is sent; otherwise it is shown here.
          </p>
        </Form>
      )}
    </Dialog>
  )
}
