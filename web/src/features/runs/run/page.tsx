// The run page: what runs, where it stands, what it changes, what it says, and what to do about it.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { toApiError } from '@/api/errors'
import { useOrganization, useParam, useSearchState } from '@/lib/search'
import { ErrorPage } from '@/ui/error-page'
import { LogPanel } from '@/ui/log/log-panel'
import { LogSource } from '@/ui/log/log-source'
import { useLinkedLine } from '@/ui/log/use-linked-line'
import { Segmented } from '@/ui/segmented'
import { PageSkeleton } from '@/ui/skeleton'
import { SplitPane } from '@/ui/split-pane'
import { prepareLens } from '../plan/lens-queries'
import { StartRunDialog } from '../start/start-run-dialog'
import { ConfirmBar } from './confirm-bar'
import { DecisionDialog } from './decision-dialog'
import { type Decision, isStopping, refusalToStart } from './decisions'
import { againOf } from './again'
import { PhaseRail } from './phase-rail'
import { RunBody } from './run-body'
import { RunHead } from './run-head'
import { isFinal, isForPerson, runDetail, type RunDetail, workspaceOf } from './queries'
import { parseRunSearch, type RunSearch, type RunView } from './search'
import { useDecide } from './use-decide'
import styles from './run.module.css'

prepareLens()

export default function RunPage() {
  const run = useParam('run')
  const { data, error, refetch } = useQuery(runDetail(run))
  if (error) return <ErrorPage error={toApiError(error)} onRetry={() => void refetch()} />
  if (!data) return <PageSkeleton />
  return <Loaded key={run} detail={data} onRefresh={() => void refetch()} />
}

function Loaded({ detail, onRefresh }: { detail: RunDetail; onRefresh: () => void }) {
  const organization = useOrganization()
  const workspaceName = useParam('workspace')
  const workspace = useQuery(workspaceOf(organization, workspaceName)).data?.data
  const [search, setSearch] = useSearchState(parseRunSearch)
  const [asked, setAsked] = useState<Decision | null>(null)
  const [isStarting, setStarting] = useState(false)
  const decide = useDecide(detail.run.id)
  useForcibleLater(detail, onRefresh)
  const view = search.view ?? 'plan'
  const onAgain = () => setStarting(true)
  const againRefusal = refusalToStart(workspace)
  return (
    <div className={styles.page} data-deciding={isForPerson(detail.run.attributes.status) || undefined}>
      <RunHead
        organization={organization}
        workspaceName={workspaceName}
        workspace={workspace}
        detail={detail}
        onAsk={setAsked}
        onAgain={onAgain}
        againRefusal={againRefusal}
      />
      <div className={styles.view}>
        <Segmented<RunView>
          label="View"
          value={view}
          options={[
            { value: 'plan', text: 'Plan' },
            { value: 'log', text: 'Log' },
            { value: 'phases', text: <span data-phases>Phases</span> },
          ]}
          onChange={(next) => void setSearch({ view: next === 'plan' ? undefined : next }, { replace: true })}
        />
      </div>
      <div className={styles.run} data-view={view}>
        <PhaseRail detail={detail} />
        <div className={styles.panes}>
          <SplitPane
            name="run-log"
            label="Plan and log"
            initial={62}
            narrow={view === 'log' ? 'second' : 'first'}
            first={<RunBody {...{ detail, search, onAgain, againRefusal }} managedBy={workspace?.attributes['managed-by']} onSearch={setSearch} onAsk={setAsked} />}
            second={<LogOf detail={detail} search={search} onSearch={setSearch} />}
          />
        </div>
      </div>
      <ConfirmBar detail={detail} workspace={workspace} workspaceName={workspaceName} onDecide={decide} />
      <DecisionDialog decision={asked} onClose={() => setAsked(null)} detail={detail} workspace={workspaceName} comment="" onDecide={decide} />
      <StartRunDialog
        isOpen={isStarting}
        onClose={() => setStarting(false)}
        organization={organization}
        workspace={workspaceName}
        initial={againOf(detail.run)}
      />
    </div>
  )
}

interface LogOfProps {
  detail: RunDetail
  search: RunSearch
  onSearch: (changes: Partial<RunSearch>, options?: { replace?: boolean }) => unknown
}

/** The log of the phase that was chosen, or of the one that is under way. */
function LogOf({ detail, search, onSearch }: LogOfProps) {
  const [line, setLine] = useLinkedLine()
  const hasApply = detail.apply.attributes['status-timestamps']['started-at'] !== undefined
  const phase = search.log ?? (hasApply ? 'apply' : 'plan')
  const address = `/api/v2/${phase === 'plan' ? 'plans' : 'applies'}/${encodeURIComponent(phase === 'plan' ? detail.plan.id : detail.apply.id)}/log`
  return (
    <div className={styles.log}>
      <LogPanel
        key={address}
        reader={() => new LogSource(address)}
        label={phase === 'plan' ? 'Plan log' : 'Apply log'}
        choice={
          hasApply ? (
            <Segmented
              label="Log of"
              value={phase}
              options={[
                { value: 'plan', text: 'Plan' },
                { value: 'apply', text: 'Apply' },
              ]}
              onChange={(next) => void onSearch({ log: next })}
            />
          ) : undefined
        }
        line={line}
        onLine={setLine}
        search={search.find ?? ''}
        onSearch={(find) => void onSearch({ find: find || undefined }, { replace: true })}
        whenAbsent={isFinal(detail.run.attributes.status) ? 'Nothing was written.' : 'Nothing was written yet. What the engine says appears here as it comes.'}
      />
    </div>
  )
}

// From when on a stop can be forced; the server decides, this only asks again at that moment.
const FORCIBLE_AFTER_MS = 10_500

/** A run that was asked to stop can be forced a little later: nothing happens then that would be told. */
function useForcibleLater(detail: RunDetail, onRefresh: () => void) {
  const isWaiting = isStopping(detail) && !detail.run.attributes.actions['is-force-cancelable']
  useEffect(() => {
    if (!isWaiting) return
    const timer = setTimeout(onRefresh, FORCIBLE_AFTER_MS)
    return () => clearTimeout(timer)
    // oxlint-disable-next-line react/exhaustive-deps
  }, [isWaiting])
}

