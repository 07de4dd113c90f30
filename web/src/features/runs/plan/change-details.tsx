// What changes about one object, attribute by attribute.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { count, counted } from '@/lib/numbers'
import { ErrorNotice } from '@/ui/alert'
import { classes } from '@/ui/classes'
import { CopyButton } from '@/ui/copy-button'
import { Diff, ValueDiff } from '@/ui/diff'
import { Skeleton } from '@/ui/skeleton'
import { planChange } from './change-query'
import { kindOf } from './index'
import { actionWords } from './kinds'
import { linesOfText, textOf, Value } from './value'
import type { ChangedAttribute, PlanChange, ShownValue } from './wire'
import styles from './details.module.css'

export function ChangeDetails({ plan, number }: { plan: string; number: number }) {
  const { data: change, error, refetch } = useQuery(planChange(plan, number))
  if (error) return <div className={styles.details}><ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} /></div>
  if (!change) {
    return (
      <div className={styles.details} aria-busy="true">
        <div className={styles.attribute}><Skeleton width="112px" /><Skeleton width="240px" /></div>
        <div className={styles.attribute}><Skeleton width="96px" /><Skeleton width="180px" /></div>
      </div>
    )
  }
  return <Details change={change} />
}

function Details({ change }: { change: PlanChange }) {
  const [isAll, setAll] = useState(false)
  return (
    <div className={styles.details}>
      <Facts change={change} />
      {change.changed.map((attribute) => (
        <Attribute key={attribute.name} attribute={attribute} kind={kindOf(change.action)} />
      ))}
      {isAll &&
        change.unchanged.map((attribute) => (
          <div key={`unchanged ${attribute.name}`} className={classes(styles.attribute, styles.unchanged)}>
            <span>{attribute.name}</span>
            <span><Value value={attribute.value} /></span>
          </div>
        ))}
      <div className={styles.more}>
        <Rest change={change} isAll={isAll} onAll={setAll} />
        <span className={styles.copy}>
          <CopyButton text={change.address} what="the address" />
        </span>
      </div>
    </div>
  )
}

/** What is not an attribute: where it comes from, how it is replaced. */
function Facts({ change }: { change: PlanChange }) {
  const facts: (readonly [string, string])[] = []
  if (change['previous-address']) facts.push(['moved from', change['previous-address']])
  if (change['importing-id']) facts.push(['imported by the id', change['importing-id']])
  if (change.deposed) facts.push(['deposed object', change.deposed])
  if (kindOf(change.action) === 'replace') facts.push(['order', actionWords(change.action)])
  if (change.reason?.text) facts.push(['because', change.reason.text])
  if (facts.length === 0) return null
  return (
    <div className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <span>{name}</span> {value}
        </div>
      ))}
    </div>
  )
}

function Attribute({ attribute, kind }: { attribute: ChangedAttribute; kind: string }) {
  const { name, before, after } = attribute
  const old = linesOfText(before)
  const next = linesOfText(after)
  const force = attribute['forces-replacement'] && <span className={styles.force}>forces replacement</span>
  if (old !== null && next !== null && (old.includes('\n') || next.includes('\n'))) {
    return (
      <div className={classes(styles.attribute, styles.long)}>
        <span>
          {name || 'value'} {force}
        </span>
        <Diff before={old} after={next} context={2} />
      </div>
    )
  }
  return (
    <div className={styles.attribute}>
      <span>{name || 'value'}</span>
      <span>
        <Sides before={before} after={after} isGone={after.kind === 'absent' && kind !== 'create'} />
        {force}
      </span>
    </div>
  )
}

/** Both sides; of two long texts only what differs is marked. */
function Sides({ before, after, isGone }: { before: ShownValue; after: ShownValue; isGone: boolean }) {
  if (before.kind === 'value' && after.kind === 'value' && !before['cut-bytes'] && !after['cut-bytes']) {
    return <ValueDiff before={{ text: textOf(before.value) }} after={{ text: textOf(after.value) }} />
  }
  if (before.kind === 'absent') return <Value value={after} side="after" />
  return (
    <>
      <Value value={before} side="before" />
      <span className={styles.to}>→</span>
      {isGone ? <span className={styles.none}>null</span> : <Value value={after} side="after" />}
    </>
  )
}

function Rest({ change, isAll, onAll }: { change: PlanChange; isAll: boolean; onAll: (isAll: boolean) => void }) {
  const hidden = change['changed-count'] - change.changed.length
  const rest = change['unchanged-count']
  const isDestroyed = change.action === 'delete'
  return (
    <span>
      {change.changed.length === 0 && rest === 0 && 'No attribute of its own changes.'}
      {hidden > 0 && `${count(hidden)} more attributes change; the plan's JSON has them. `}
      {rest > 0 && `${counted(rest, 'attribute')} ${isDestroyed ? 'more' : 'unchanged'}`}
      {change.unchanged.length > 0 && (
        <>
          {' · '}
          <button type="button" className={styles.link} onClick={() => onAll(!isAll)}>
            {isAll ? 'hide' : 'show'}
          </button>
          {isAll && change.unchanged.length < rest && ` (the first ${count(change.unchanged.length)})`}
        </>
      )}
    </span>
  )
}
