// One variable: its name, its value as far as it may be seen, what kind it is, and what can be done with it.
import type { ReactNode } from 'react'
import { IconButton } from '@/ui/button'
import { Sensitive, Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import styles from './variables.module.css'

interface VariableLineProps {
  name: string
  value: string | null | undefined
  isSecret: boolean
  isHcl: boolean
  isEnvironment: boolean
  description?: string
  /** Where it comes from, what it hides; below the name. */
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
        {origin && <div className={styles.origin}>{origin}</div>}
      </div>
      <div className={styles.kind}>
        {isEnvironment && <Tag>environment</Tag>}
        {isHcl && <Tag>HCL</Tag>}
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </li>
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
