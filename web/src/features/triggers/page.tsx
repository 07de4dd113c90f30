// Version control of a workspace: its repository, the triggers, which runs a commit would start, and the key to its modules.
import { useState } from 'react'
import { addresses } from '@/lib/addresses'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Stack } from '@/ui/layout'
import { needs, useOpenWorkspace } from './queries'
import { SourceFacts } from './source-facts'
import { SourceForm } from './source-form'
import { SshKeySection } from './ssh-key'
import { Trials } from './trials'
import { Triggers } from './triggers'
import { valuesOf } from './values'

export default function VersionControlPage() {
  const { organization, workspace, etag } = useOpenWorkspace()
  const [isConnecting, setConnecting] = useState(false)
  const { name, permissions } = workspace.attributes
  const source = workspace.attributes['vcs-repo']
  const refusal = needs(permissions['can-update'], 'workspace.update')
  if (!source && !isConnecting) {
    return (
      <Stack gap={4}>
        <EmptyState
          title={`${name} comes from uploads`}
          action={
            <>
              <Button look="primary" icon="branch" disabledReason={refusal} onClick={() => setConnecting(true)}>
                Let it come from a repository
              </Button>
              <LinkButton to={addresses.workspace(organization, name, 'upload')} icon="upload">
                Upload a folder
              </LinkButton>
            </>
          }
          command={<Command text={`slipway workspace update ${name} --repo platform/infra --dir ${name}`} />}
        >
          From a Git repository, a push plans what it changes, and a pull request shows its plan before it is merged.
        </EmptyState>
        <SshKeySection organization={organization} workspace={workspace} refusal={refusal} />
      </Stack>
    )
  }
  return (
    <Stack gap={4}>
      {refusal && source ? (
        <SourceFacts organization={organization} workspace={workspace} refusal={refusal} />
      ) : (
        <SourceForm
          // Runs change the workspace, too: only another source takes what is typed.
          key={JSON.stringify(valuesOf(workspace))}
          organization={organization}
          workspace={workspace}
          etag={etag}
          onCancel={source ? null : () => setConnecting(false)}
        />
      )}
      {source && <Triggers workspace={workspace} refusal={refusal} />}
      {source && <Trials organization={organization} workspace={workspace} repository={source['repository-id']} />}
      <SshKeySection organization={organization} workspace={workspace} refusal={refusal} />
    </Stack>
  )
}
