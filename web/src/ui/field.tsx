// Around every input: label above, help below, the error in place of the help.
import { type ReactNode, useId } from 'react'
import { classes } from './classes'
import { Icon } from './icon'
import styles from './field.module.css'

/** What every input takes. `form.field('name')` gives `name`, `value`, `onChange` and `error`. */
export interface FieldProps {
  label: ReactNode
  /** Says what it is for or what becomes of it; below the input. */
  help?: ReactNode
  /** What is wrong and what would be right; in place of the help. */
  error?: string | null | undefined
  isOptional?: boolean
  /** Only where something beside it says the same, as in a bar of filters. */
  isLabelHidden?: boolean
  /** Why it cannot be changed, and who can. The value stays readable. */
  disabledReason?: string | null | undefined
  /** Its name in the form and in the API: errors of the server find it. */
  name?: string
}

/** What the input itself must carry. */
export interface InputIds {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': true | undefined
}

/** Puts label, help and error around one input. */
export function Field(props: FieldProps & { children: (ids: InputIds) => ReactNode }) {
  const { label, help, error, isOptional, isLabelHidden, disabledReason, children } = props
  const id = useId()
  const says = error ?? disabledReason ?? help
  const ids = { id, 'aria-describedby': says ? `${id}-says` : undefined, 'aria-invalid': error ? true : undefined } as const
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={classes(styles.label, isLabelHidden && styles.hidden)}>
        {label}
        {isOptional && <span className={styles.optional}>optional</span>}
      </label>
      {children(ids)}
      <Says id={`${id}-says`} help={disabledReason ?? help} error={error} />
    </div>
  )
}

/** The error, or the help. */
export function Says({ id, help, error }: { id: string; help?: ReactNode; error?: string | null | undefined }) {
  if (error) {
    return (
      <div id={id} className={styles.error}>
        <Icon name="failed" size={14} />
        {error}
      </div>
    )
  }
  return help ? (
    <div id={id} className={styles.help}>
      {help}
    </div>
  ) : null
}

interface FieldsetProps {
  legend: ReactNode
  help?: ReactNode
  error?: string | null | undefined
  children: ReactNode
}

/** Several inputs that answer one question. */
export function Fieldset({ legend, help, error, children }: FieldsetProps) {
  const id = useId()
  return (
    <fieldset className={styles.fieldset} aria-describedby={help || error ? id : undefined}>
      <legend className={styles.label}>{legend}</legend>
      {children}
      <Says id={id} help={help} error={error} />
    </fieldset>
  )
}
