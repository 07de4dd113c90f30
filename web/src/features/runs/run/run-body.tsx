// The middle of the run page: what must be known first, then the changes, then what was said about it.
import { useCallback, useMemo } from 'react'
import { useOrganization, useParam } from '@/lib/search'
import { Button } from '@/ui/button'
import { addressOf, kindAt, type LensIndex } from '../plan/index'
import { LensSkeleton, PlanLens } from '../plan/plan-lens'
import { CommitNotice } from './commit-facts'
import { Approvals } from './approvals'
import { ApplyProgressPanel, StepState } from './apply-progress'
import { Comments } from './comments'
import type { Decision } from './decisions'
import { Diagnostics } from './diagnostics'
import { FailureNotice, ManagedNotice, Unaccounted, WaitingNotice } from './notices'
import { useApplyProgress } from './progress'
import type { RunDetail } from './queries'
import { isFinal } from './queries'
import { lensOf, onlyOf, type RunSearch } from './search'
import styles from './run.module.css'

interface RunBodyProps {
  detail: RunDetail
  search: RunSearch
  onSearch: (changes: Partial<RunSearch>, options?: { replace?: boolean }) => unknown
  onAsk: (decision: Decision) => void
  /** Asks what to plan again. */
  onAgain: () => void
  againRefusal: string | null
  /** Id of the resource whose workspace it is. */
  managedBy: string | null | undefined
}

export function RunBody({ detail, managedBy, search, onSearch, onAsk, onAgain, againRefusal }: RunBodyProps) {
  const { run, plan, apply } = detail
  const organization = useOrganization()
  const workspace = useParam('workspace')
  const hasApplied = apply.attributes['status-timestamps']['started-at'] !== undefined
  const progress = useApplyProgress(apply.id, hasApplied)
  const isApplying = run.attributes.status === 'applying'
  const total = plan.attributes['resource-additions'] + plan.attributes['resource-changes'] + plan.attributes['resource-destructions']
  const diagnostics = [...(plan.attributes.diagnostics ?? []), ...(apply.attributes.diagnostics ?? [])]
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error')
  const warnings = diagnostics.filter((diagnostic) => diagnostic.severity !== 'error')
  const canForce = run.attributes.actions['is-force-cancelable']

  const progressOf = useMemo(() => {
    if (!progress || progress.byAddress.size === 0) return undefined
    return (index: LensIndex, number: number) => {
      const step = number < index.rows && number < index.driftStart ? progress.byAddress.get(addressOf(index, number)) : undefined
      return step ? <StepState step={step} isReplaced={kindAt(index, number) === 'replace'} /> : undefined
    }
  }, [progress])

  return (
    <div className={styles.middle}>
      <WaitingNotice
        detail={detail}
        organization={organization}
        workspace={workspace}
        action={
          canForce && (
            <Button size="sm" look="danger-quiet" onClick={() => onAsk('force-cancel')}>
              Force-cancel…
            </Button>
          )
        }
      />
      <ManagedNotice organization={organization} managedBy={managedBy} />
      <CommitNotice commit={detail.run.attributes.commit} />
      <FailureNotice detail={detail} />
      <Approvals detail={detail} />
      <Unaccounted {...{ detail, organization, workspace, onAgain, againRefusal }} />
      {progress && <ApplyProgressPanel progress={progress} total={total} isActive={isApplying} />}
      <Diagnostics diagnostics={errors} />
      <Changes detail={detail} search={search} onSearch={onSearch} progressOf={progressOf} />
      <Diagnostics diagnostics={warnings} />
      <Comments run={run.id} />
    </div>
  )
}

interface ChangesProps {
  detail: RunDetail
  search: RunSearch
  onSearch: RunBodyProps['onSearch']
  progressOf: React.ComponentProps<typeof PlanLens>['progressOf']
}

// Made after the plan when the runner has time, which it may never get: killed, or the run was faster.
const NEVER_LISTED = 'The list of changes is not made yet, and never will be if its runner is gone. The log says what was planned.'

/** The plan lens, or why there is none. */
function Changes({ detail, search, onSearch, progressOf }: ChangesProps) {
  const { plan, run } = detail
  const lens = useMemo(() => lensOf(search), [search])
  const select = useCallback((number: number | null) => void onSearch({ change: number ?? undefined }, { replace: true }), [onSearch])
  if (plan.attributes['changes-available']) {
    return (
      <PlanLens
        plan={plan.id}
        lens={lens}
        onLens={(changes) =>
          void onSearch(
            {
              ...('by' in changes && { by: changes.by === 'module' ? undefined : changes.by }),
              ...('text' in changes && { q: changes.text || undefined }),
              ...('type' in changes && { type: changes.type || undefined }),
              ...(changes.kinds && { only: onlyOf(changes.kinds) }),
            },
            { replace: true },
          )
        }
        selected={search.change ?? null}
        onSelect={select}
        progressOf={progressOf}
      />
    )
  }
  const { status } = run.attributes
  if (plan.attributes.status === 'finished' && isFinal(status)) return <p className={styles.absent}>{NEVER_LISTED}</p>
  if (status === 'planning' || plan.attributes.status === 'finished') return <LensSkeleton />
  // What failed says so above.
  if (status === 'errored') return null
  if (isFinal(status)) return <p className={styles.absent}>There is no plan: the run ended before one was made.</p>
  return <p className={styles.absent}>The plan appears here once it is made.</p>
}
