// What cannot be taken back: deleting a workspace, with or without what it manages.
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Row, Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { Prose } from '@/ui/text'
import { toast } from '@/ui/toast'
import { useFreshWorkspace } from '../fresh'
import type { WorkspaceRow } from '../queries'
import { command, needs } from '../words'

export function DangerZone({ organization, workspace }: { organization: string; workspace: WorkspaceRow }) {
  const [isAsked, setAsked] = useState(false)
  const { name, permissions } = workspace.attributes
  const resources = workspace.attributes['resource-count']
  const notAllowed = needs(permissions['can-destroy'], 'workspace.delete')
  const them = resources === 1 ? 'it' : 'them'
  return (
    <Section title="Delete this workspace" isRuled>
      <Stack gap={3}>
        <Prose>
          {resources > 0
            ? `It still manages ${counted(resources, 'resource')}. Destroy ${them} first, so that nothing is left that nobody knows of; or delete the workspace and leave ${them} where ${resources === 1 ? 'it is' : 'they are'}.`
            : 'Its runs, their logs, its variables and all versions of its state are deleted with it.'}
        </Prose>
        <Row gap={2} isWrapping>
          {resources > 0 && permissions['can-queue-destroy'] && (
            <LinkButton to={addresses.run(organization, name, 'new')} search={{ destroy: true } as never} icon="destroy">
              Start a destroy run
            </LinkButton>
          )}
          <Button look="danger-quiet" icon="trash" disabledReason={notAllowed} onClick={() => setAsked(true)}>
            {resources > 0 ? `Delete and leave ${counted(resources, 'resource')}…` : 'Delete workspace…'}
          </Button>
        </Row>
      </Stack>
      <DeleteDialog organization={organization} workspace={workspace} isOpen={isAsked} onClose={() => setAsked(false)} />
    </Section>
  )
}

interface DeleteDialogProps {
  organization: string
  workspace: WorkspaceRow
  isOpen: boolean
  onClose: () => void
}

function DeleteDialog({ organization, workspace, ...dialog }: DeleteDialogProps) {
  const navigate = useNavigate()
  const refresh = useFreshWorkspace()
  const { name } = workspace.attributes
  const resources = workspace.attributes['resource-count']
  const remove = async () => {
    await call('delete', '/api/v2/workspaces/{workspace}', {
      params: { path: { workspace: workspace.id }, ...(resources > 0 && { query: { force: true } as never }) },
    })
    await navigate({ to: addresses.workspaces(organization) })
    toast({ text: `Deleted ${name}.` })
    void refresh()
  }
  return (
    <ConfirmDialog {...dialog} title={`Delete workspace ${name}?`} verb="Delete workspace" isDanger nameToType={name} onConfirm={remove}>
      <Stack gap={3}>
        <p>Its runs, logs, variables and all versions of its state are deleted. This cannot be taken back.</p>
        {resources > 0 && (
          <p>
            {counted(resources, 'resource')} that it manages {resources === 1 ? 'goes' : 'go'} on existing and cost what they cost;
            only by hand can they be found and removed.
          </p>
        )}
        <Command text={command('workspace delete', name, resources > 0 && '--force')} />
      </Stack>
    </ConfirmDialog>
  )
}
