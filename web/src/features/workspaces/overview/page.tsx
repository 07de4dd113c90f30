// A workspace at a glance: its lock, its last run, what its state holds, and how it is set up.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { ErrorNotice } from '@/ui/alert'
import { LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Split } from '@/ui/layout'
import { Prose } from '@/ui/text'
import { LockNotice } from '../lock'
import { currentState, related, useOpenWorkspace } from '../queries'
import { Details } from './details'
import { LastRun } from './last-run'
import { Outputs } from './outputs'
import { ResourceSummary } from './resource-summary'
import styles from './overview.module.css'

export default function OverviewPage() {
  const { organization, workspace } = useOpenWorkspace()
  const { attributes } = workspace
  const hasState = related(workspace, 'current-state-version') !== null
  const mayReadState = attributes.permissions['can-read-state-versions']
  const state = useQuery({ ...currentState(workspace.id), enabled: hasState && mayReadState })
  const latestRun = related(workspace, 'latest-run')
  const isNew = !hasState && latestRun === null
  return (
    <Split aside={<Details organization={organization} workspace={workspace} state={state.data?.data} />}>
      <div className={styles.parts}>
        {attributes.description && <Prose>{attributes.description}</Prose>}
        <LockNotice workspace={workspace} />
        {state.error && <ErrorNotice error={toApiError(state.error)} onRetry={() => void state.refetch()} />}
        {isNew && <FirstSteps organization={organization} name={attributes.name} mayRun={attributes.permissions['can-queue-run']} />}
        {latestRun && <LastRun organization={organization} workspace={workspace} id={latestRun} />}
        {hasState && <Outputs workspace={workspace} />}
        {state.data && <ResourceSummary organization={organization} workspace={workspace} state={state.data.data} />}
      </div>
    </Split>
  )
}

function FirstSteps({ organization, name, mayRun }: { organization: string; name: string; mayRun: boolean }) {
  return (
    <EmptyState
      title="Nothing has run here yet"
      {...(mayRun && {
        action: (
          <LinkButton to={addresses.workspace(organization, name, 'upload')} icon="upload">
            Upload a folder
          </LinkButton>
        ),
      })}
      command={<Command text={`slipway init --workspace ${name} && slipway apply`} />}
    >
      The first run needs a configuration: the folder with your <code>.tf</code> files. Upload it from the browser, or run the
      command in that folder. A plan shows what would change before anything does.
    </EmptyState>
  )
}
