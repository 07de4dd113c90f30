// One variable: its name, its value as far as it may be seen, what kind it is, and what can be done with it.
import type { ReactNode } from 'react'
import { IconButton } from '@/ui/button'
import { Sensitive, Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { classes } from '@/ui/classes'
import styles from './variables.module.css'

interface VariableLineProps {
  name: string
  value: string | null | undefined
  isSecret: boolean
  isHcl: boolean
  isEnvironment: boolean
  description?: string
  /** Where it comes from, what it hides: a column of its own. */
  origin?: ReactNode
  /** Another value wins. */
  isOff?: boolean
  actions?: ReactNode
}

export function VariableLine(props: VariableLineProps) {
  const { name, value, isSecret, isHcl, isEnvironment, description, origin, isOff, actions } = props
  return (
    <li className={styles.line} data-off={isOff || undefined}>
      <div className={styles.name}>
        <code>{name}</code>
        {description && (
          <Text level={3} isSmall isCut title={description}>
            {description}
          </Text>
        )}
      </div>
      <div className={styles.value}>
        {isSecret ? <Sensitive /> : <code title={value ?? ''}>{value === '' ? <span className={styles.empty}>empty</span> : value}</code>}
      </div>
      {origin && <div className={styles.origin}>{origin}</div>}
      <div className={styles.kind}>
        {isEnvironment && <Tag>environment</Tag>}
        {isHcl && <Tag>HCL</Tag>}
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </li>
  )
}

interface VariableListProps {
  label: string
  /** Its lines say where their values come from. */
  hasOrigins: boolean
  children: ReactNode
}

/** Lines below their heads. Each line can be read without the heads, which are for the eye. */
export function VariableList({ label, hasOrigins, children }: VariableListProps) {
  return (
    <div className={classes(styles.list, hasOrigins && styles.withOrigins)}>
      <div className={styles.heads} aria-hidden>
        <span>Name</span>
        <span>Value</span>
        {hasOrigins && <span>Comes from</span>}
        <span>Kind</span>
      </div>
      <ul aria-label={label}>{children}</ul>
    </div>
  )
}

interface EditActionsProps {
  name: string
  disabledReason: string | null
  onEdit: () => void
  onDelete: () => void
}

export function EditActions({ name, disabledReason, onEdit, onDelete }: EditActionsProps) {
  return (
    <>
      <IconButton icon="edit" label={`Change ${name}`} disabledReason={disabledReason} onClick={onEdit} />
      <IconButton icon="trash" label={`Delete ${name}…`} disabledReason={disabledReason} onClick={onDelete} />
    </>
  )
}
