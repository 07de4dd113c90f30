// What became of an invitation: the link to hand on, or that it was mailed.
import type { ResourceOf } from '@/api/query'
import { Alert } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Stack } from '@/ui/layout'
import { ShownOnce } from '@/ui/shown-once'
import { Time } from '@/ui/time'

export function Invited({ member, onClose }: { member: ResourceOf<'OrganizationMembership'>; onClose: () => void }) {
  const { invitation, email } = member.attributes
  return (
    <Stack gap={4}>
      {invitation?.url ? (
        <ShownOnce title={`Hand this link to ${email}`} text={invitation.url} what="the link">
          This server sends no mail, so the link is here and nowhere else. Whoever opens it joins, so send it to nobody else. It works
          once, and ends <Time at={invitation['expired-at']} />.
        </ShownOnce>
      ) : (
        <Alert tone="success" icon="mail" title={`The link is on its way to ${email}`}>
          It works once, for a week. Until then the invitation stands in the list.
        </Alert>
      )}
      <div>
        <Button look="primary" onClick={onClose}>
          {invitation?.url ? 'I have copied it' : 'Done'}
        </Button>
      </div>
    </Stack>
  )
}
