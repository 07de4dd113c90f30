// What would happen: for a commit of the repository, or for an event that one makes up.
import { useState } from 'react'
import { Section } from '@/ui/section'
import { Segmented } from '@/ui/segmented'
import { CommitTrial } from './commit-trial'
import { EventTrial } from './event-trial'
import type { Workspace } from './queries'

interface TrialsProps {
  organization: string
  workspace: Workspace
  repository: string
}

export function Trials({ organization, workspace, repository }: TrialsProps) {
  const [which, setWhich] = useState<'commit' | 'event'>('commit')
  return (
    <Section
      title="Which runs would it start?"
      about="Nothing is started by asking."
      actions={
        <Segmented
          label="Try"
          value={which}
          options={[
            { value: 'commit', text: 'A commit' },
            { value: 'event', text: 'An event' },
          ]}
          onChange={setWhich}
        />
      }
    >
      {which === 'commit' ? (
        <CommitTrial organization={organization} workspace={workspace} repository={repository} />
      ) : (
        <EventTrial workspace={workspace} />
      )}
    </Section>
  )
}
