// Who may do what in this workspace, and why.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { get } from '@/api/query'
import { Button } from '@/ui/button'
import { Split } from '@/ui/layout'
import { Section } from '@/ui/section'
import { useOpenWorkspace } from '../queries'
import { Ask } from './ask'
import { GiveRoleDialog } from './give-role'
import { Holders } from './holders'
import { OwnRights } from './own-rights'

export default function AccessPage() {
  const { organization, workspace } = useOpenWorkspace()
  const [isGiving, setGiving] = useState(false)
  const mayManage = useQuery(get('/api/v2/organizations/{organization}', { params: { path: { organization } } })).data?.data.attributes
    .permissions['can-manage-access']
  return (
    <Split aside={<OwnRights workspace={workspace} />}>
      <Ask organization={organization} workspace={workspace} mayList={mayManage ?? false} />
      <Section
        title="Who holds a role here"
        about="Roles held on the organization or the project count in the workspace too."
        actions={
          <Button
            size="sm"
            icon="plus"
            disabledReason={mayManage === false ? 'Giving roles needs organization.access.manage.' : null}
            onClick={() => setGiving(true)}
          >
            Give a role
          </Button>
        }
      >
        <Holders organization={organization} workspace={workspace} mayManage={mayManage ?? false} />
      </Section>
      <GiveRoleDialog organization={organization} workspace={workspace} isOpen={isGiving} onClose={() => setGiving(false)} />
    </Split>
  )
}
