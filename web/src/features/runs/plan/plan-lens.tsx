// The plan lens: every change of a plan, riskiest first, as far as one wants to see them.
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useRef } from 'react'
import { toApiError } from '@/api/errors'
import { useNoticed } from '@/lib/delayed'
import { useKeys } from '@/lib/keyboard'
import { counted } from '@/lib/numbers'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Skeleton } from '@/ui/skeleton'
import { DEFAULT_KINDS, type Lens } from './arrange'
import type { LensIndex } from './index'
import { LensList } from './lens-list'
import { lensArrangement, lensIndex } from './lens-queries'
import { Toolbar } from './toolbar'
import styles from './lens.module.css'

interface PlanLensProps {
  plan: string
  lens: Lens
  onLens: (changes: Partial<Lens>) => void
  /** Number of the change in the address. */
  selected: number | null
  onSelect: (number: number | null) => void
  /** How far the apply of a change is. */
  progressOf?: ((index: LensIndex, number: number) => ReactNode) | undefined
}

export function PlanLens(props: PlanLensProps) {
  const { plan, lens, onLens, selected, onSelect, progressOf } = props
  const { data: index, error, refetch } = useQuery(lensIndex(plan))
  const { data: arrangement, isPlaceholderData } = useQuery(lensArrangement(plan, lens))
  const input = useRef<HTMLInputElement>(null)
  const isPale = useNoticed(isPlaceholderData)
  useKeys([{ keys: '/', title: 'Filter the changes', group: 'This page', run: () => input.current?.focus() }])
  if (error) return <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
  if (!index) return <LensSkeleton />
  const hasNothing = arrangement !== undefined && arrangement.rows.length === 0
  return (
    <section className={styles.lens} aria-label="Changes of the plan" data-rows={arrangement?.rows.length} data-pale={isPale || undefined}>
      <Toolbar
        lens={lens}
        counts={index.counts}
        arrangement={arrangement}
        onLens={onLens}
        input={input}
        onLeave={() => input.current?.blur()}
      />
      {hasNothing ? (
        <Nothing index={index} lens={lens} onLens={onLens} />
      ) : (
        arrangement && (
          <LensList
            key={plan}
            plan={plan}
            index={index}
            arrangement={arrangement}
            selected={selected}
            onSelect={onSelect}
            progressOf={progressOf && ((number) => progressOf(index, number))}
          />
        )
      )}
    </section>
  )
}

function Nothing({ index, lens, onLens }: { index: LensIndex; lens: Lens; onLens: PlanLensProps['onLens'] }) {
  const isFiltered = lens.text !== '' || lens.type !== '' || lens.kinds.length < DEFAULT_KINDS.length
  const unchanged = index.counts['no-op']
  return (
    <div className={styles.nothing}>
      <p>
        {isFiltered
          ? 'No change matches this filter.'
          : `Nothing changes: the configuration and what exists agree${unchanged > 0 ? ` on ${counted(unchanged, 'object')}` : ''}.`}
      </p>
      {isFiltered ? (
        <Button size="sm" onClick={() => onLens({ text: '', type: '', kinds: DEFAULT_KINDS })}>
          Show all changes
        </Button>
      ) : (
        unchanged > 0 && (
          <Button size="sm" onClick={() => onLens({ kinds: [...DEFAULT_KINDS, 'no-op'] })}>
            Show what stays
          </Button>
        )
      )}
    </div>
  )
}

/** The lens with its final layout, while the plan is read. */
export function LensSkeleton() {
  const isLate = useNoticed(true)
  return (
    <div className={styles.lens} aria-busy="true" role="status" aria-label="Reading the changes">
      <div className={styles.toolbar}>
        <div className={styles.find}>
          <div className={styles.text}>{isLate && <Skeleton height={28} />}</div>
        </div>
      </div>
      {['64%', '48%', '72%', '40%', '56%'].map((width) => (
        <div key={width} className={styles.waiting}>
          {isLate && <Skeleton width={width} />}
        </div>
      ))}
    </div>
  )
}
