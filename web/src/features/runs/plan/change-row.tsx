// One line of the plan lens: a group's heading, or a change that opens.
import { memo, type ReactNode } from 'react'
import { classes } from '@/ui/classes'
import { Counts } from '@/ui/counts'
import { Icon } from '@/ui/icon'
import { Tag } from '@/ui/tag'
import type { ChangeGroup } from './arrange'
import { ChangeDetails } from './change-details'
import { addressParts, actionAt, kindOf, type LensIndex } from './index'
import { actionWords, isRisky, kindLook } from './kinds'
import styles from './lens.module.css'

interface GroupRowProps {
  group: ChangeGroup
  isFolded: boolean
  isCursor: boolean
  onFold: () => void
}

export const GroupRow = memo(function GroupRow({ group, isFolded, isCursor, onFold }: GroupRowProps) {
  const { create, update, replace, delete: destroy } = group.counts
  return (
    <button type="button" className={classes(styles.group, isCursor && styles.cursor)} aria-expanded={!isFolded} onClick={onFold} tabIndex={-1}>
      <span className={classes(styles.title, group.sort !== 'outputs' && styles.mono)}>
        {group.sort === 'drift' && <span className={styles.outside}>Changed outside · </span>}
        {titleOf(group)}
      </span>
      {isFolded && <span className={styles.folded}>{group.count} hidden</span>}
      {group.sort !== 'outputs' && (create || update || replace || destroy) ? (
        <Counts counts={{ ...(create && { create }), ...(update && { update }), ...(replace && { replace }), ...(destroy && { destroy }) }} />
      ) : null}
    </button>
  )
})

function titleOf(group: ChangeGroup): string {
  return group.title === '' ? 'root' : group.title
}

interface ChangeRowProps {
  plan: string
  index: LensIndex
  number: number
  /** Of groups by type: the module stands in the row then. */
  hasModule: boolean
  isOpen: boolean
  isCursor: boolean
  onToggle: (number: number, isOpen: boolean) => void
  /** How far its apply is, in place of the reason. */
  progress?: ReactNode
}

export const ChangeRow = memo(function ChangeRow(props: ChangeRowProps) {
  const { plan, index, number, hasModule, isOpen, isCursor, onToggle, progress } = props
  const kind = kindOf(actionAt(index, number))
  const { icon, tone, word } = kindLook(kind)
  const isRow = number < index.rows
  const why = isRow ? reasonOf(index, number) : null
  return (
    <div className={classes(styles.change, isOpen && styles.open, isCursor && styles.cursor)}>
      <button type="button" className={styles.summary} aria-expanded={isOpen} onClick={() => onToggle(number, !isOpen)} tabIndex={-1}>
        <span className={styles.chevron} />
        <Icon name={icon} size={14} tone={tone} label={word} />
        <Address index={index} number={number} hasModule={hasModule} />
        {progress ?? <span className={classes(styles.why, why !== null && isRisky(kind) && styles.risk)}>{why ?? actionWords(actionAt(index, number))}</span>}
      </button>
      {isOpen && <ChangeDetails plan={plan} number={number} />}
    </div>
  )
})

function Address({ index, number, hasModule }: { index: LensIndex; number: number; hasModule: boolean }) {
  if (number >= index.rows) {
    const output = index.outputs[number - index.rows]
    return <span className={styles.address}><span>output.</span><span>{output?.name}</span></span>
  }
  const { module, type, name } = addressParts(index, number)
  const note = index.notes[number]
  return (
    <span className={styles.address} title={`${module === '' ? '' : `${module}.`}${type}.${name}`}>
      <span>
        {hasModule && module !== '' && `${module}.`}
        {type}.
      </span>
      <span>{name}</span>
      {note?.deposed && <Tag>deposed</Tag>}
      {note?.['previous-address'] && <Tag>moved</Tag>}
      {note?.['importing-id'] && <Tag>imported</Tag>}
    </span>
  )
}

/** What forces it, and why: `storage_encrypted: cannot be changed in place`. */
function reasonOf(index: LensIndex, row: number): string | null {
  const text = index.reasons[index.reason[row] ?? 0]?.text ?? ''
  const paths = index.replacePaths[index.replacePath[row] ?? 0] ?? []
  const forced = paths.length > 2 ? `${paths.slice(0, 2).join(', ')} and ${paths.length - 2} more` : paths.join(', ')
  const both = [forced, text].filter((part) => part !== '').join(': ')
  return both === '' ? null : both
}
