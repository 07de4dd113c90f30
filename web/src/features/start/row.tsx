// A row of something that waits: a run, a change of a resource.
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Counts } from '@/ui/counts'
import { Icon, type IconName, type Tone } from '@/ui/icon'
import { Link } from '@/ui/link'
import { Facts } from '@/ui/text'
import { runWithPlan } from './queries'
import styles from './waiting.module.css'

interface RowProps {
  icon: IconName
  tone: Tone
  title: string
  to: string
  facts: readonly ReactNode[]
  end?: ReactNode
  action: ReactNode
}

/** One thing that waits. */
export function Row({ icon, tone, title, to, facts, end, action }: RowProps) {
  return (
    <li className={styles.row}>
      <Icon name={icon} tone={tone} />
      <div className={styles.text}>
        <Link to={to} look="name">
          {title}
        </Link>
        <div className={styles.facts}>
          <Facts>{facts}</Facts>
        </div>
      </div>
      {end && <div className={styles.end}>{end}</div>}
      <div className={styles.action}>{action}</div>
    </li>
  )
}

/** What the plan of a run does, in numbers. Nothing until they are known, and for who may not see the run. */
export function PlanCounts({ run }: { run: string }) {
  const plan = planOf(useQuery({ ...runWithPlan(run), retry: false }).data)
  return plan && <Counts counts={plan} />
}

interface PlanAttributes {
  readonly 'resource-additions'?: number | null
  readonly 'resource-changes'?: number | null
  readonly 'resource-destructions'?: number | null
}

/** The numbers of the plan that came with the run; null while they are not known. */
function planOf(document: { readonly included?: unknown } | undefined) {
  const included = (document?.included ?? []) as readonly { type: string; attributes: PlanAttributes }[]
  const plan = included.find((one) => one.type === 'plans')?.attributes
  if (!plan) return null
  return {
    create: plan['resource-additions'] ?? 0,
    update: plan['resource-changes'] ?? 0,
    destroy: plan['resource-destructions'] ?? 0,
  }
}
