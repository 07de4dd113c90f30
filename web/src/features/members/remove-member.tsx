// Takes somebody out of the organization, or an invitation back.
import { useQueryClient } from '@tanstack/react-query'
import { call, type ResourceOf, stale } from '@/api/query'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { memberName } from './columns'

interface RemoveMemberProps {
  organization: string
  member: ResourceOf<'OrganizationMembership'> | null
  onClose: () => void
}

export function RemoveMember({ organization, member, onClose }: RemoveMemberProps) {
  const queries = useQueryClient()
  const name = member ? memberName(member) : ''
  const isInvited = member?.attributes.status === 'invited'
  const remove = async () => {
    if (!member) return
    await call('delete', '/api/v2/organization-memberships/{membership}', { params: { path: { membership: member.id } } })
    await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/organization-memberships') })
  }
  return (
    <ConfirmDialog
      isOpen={member !== null}
      onClose={onClose}
      title={isInvited ? `Withdraw the invitation of ${name}?` : `Remove ${name} from ${organization}?`}
      verb={isInvited ? 'Withdraw invitation' : 'Remove member'}
      isDanger
      onConfirm={remove}
    >
      <Stack gap={3}>
        <p>
          {isInvited
            ? 'The link stops working at once.'
            : 'All roles and teams that they have here end at once, also for their tokens. Their account stays, and what they did stays in the activity.'}
        </p>
        <Command text={`slipway member remove ${name} --yes`} />
      </Stack>
    </ConfirmDialog>
  )
}
