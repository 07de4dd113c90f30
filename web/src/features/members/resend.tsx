// Makes a new link for an invitation; the one before is void.
import { useState } from 'react'
import { call, type ResourceOf } from '@/api/query'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { useForm } from '@/ui/use-form'
import { Invited } from './invited'

type Member = ResourceOf<'OrganizationMembership'>

/** Mounted while it is open. */
export function Resend({ member, onClose }: { member: Member; onClose: () => void }) {
  const [made, setMade] = useState<Member | null>(null)
  const form = useForm({
    initial: {},
    submit: () =>
      call('post', '/api/v2/organization-memberships/{membership}/actions/resend', { params: { path: { membership: member.id } } }),
    onDone: ({ data }) => setMade(data as Member),
  })
  return (
    <Dialog isOpen onClose={onClose} title={made ? 'A new link' : `Send ${member.attributes.email} a new link?`} size="md">
      {made ? (
        <Invited member={made} onClose={onClose} />
      ) : (
        <Form form={form} submit="Send a new link" isWide>
          <p>The link before stops working. The new one works once, for a week.</p>
        </Form>
      )}
    </Dialog>
  )
}
