// Things to tick, to choose one of, to switch on.
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { classes } from './classes'
import { Fieldset, Says } from './field'
import styles from './input.module.css'

interface ChoiceProps {
  label: ReactNode
  help?: ReactNode
  error?: string | null | undefined
  /** Why it cannot be changed, and who can. */
  disabledReason?: string | null | undefined
  name?: string
  value: boolean
  onChange: (value: boolean) => void
}

/** Yes or no, as part of a form. `isSome`: some of what it stands for. */
export function Checkbox({ isSome = false, isLabelHidden = false, ...props }: ChoiceProps & { isSome?: boolean; isLabelHidden?: boolean }) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (input.current) input.current.indeterminate = isSome
  }, [isSome])
  const { label, value, onChange, name, disabledReason } = props
  if (isLabelHidden) {
    return (
      <input
        ref={input}
        type="checkbox"
        className={styles.box}
        aria-label={String(label)}
        name={name}
        checked={value}
        aria-disabled={disabledReason ? true : undefined}
        onChange={(event) => !disabledReason && onChange(event.target.checked)}
      />
    )
  }
  return <Choice {...props} type="checkbox" inputRef={input} className={styles.box} />
}

/** On or off, at once: what it changes is changed when it is pressed. */
export function Switch(props: ChoiceProps) {
  return <Choice {...props} type="checkbox" isSwitch className={styles.switch} />
}

interface ChoicePartProps extends ChoiceProps {
  type: 'checkbox' | 'radio'
  isSwitch?: boolean
  className: string | undefined
  inputRef?: React.Ref<HTMLInputElement>
}

function Choice({ type, isSwitch, className, inputRef, label, help, error, disabledReason, name, value, onChange }: ChoicePartProps) {
  const id = useId()
  const says = error ?? disabledReason ?? help
  return (
    <div className={classes(styles.choice, disabledReason && styles.off)}>
      <input
        id={id}
        ref={inputRef}
        type={type}
        {...(isSwitch && { role: 'switch', 'aria-checked': value })}
        name={name}
        className={className}
        checked={value}
        aria-disabled={disabledReason ? true : undefined}
        aria-invalid={error ? true : undefined}
        aria-describedby={says ? `${id}-says` : undefined}
        onChange={(event) => !disabledReason && onChange(event.target.checked)}
      />
      <div className={styles.says}>
        <label htmlFor={id}>{label}</label>
        <Says id={`${id}-says`} help={disabledReason ?? help} error={error} />
      </div>
    </div>
  )
}

export interface RadioOption<Value extends string> {
  readonly value: Value
  readonly label: ReactNode
  readonly help?: ReactNode
  readonly disabledReason?: string | null
}

interface RadioProps<Value extends string> {
  /** The question. */
  label: ReactNode
  name: string
  value: Value
  onChange: (value: Value) => void
  options: readonly RadioOption<Value>[]
  help?: ReactNode
  error?: string | null | undefined
}

/** One of two to five, each with its consequence beside it. */
export function Radio<Value extends string>({ label, name, value, onChange, options, help, error }: RadioProps<Value>) {
  return (
    <Fieldset legend={label} help={help} error={error}>
      {options.map((option) => (
        <Choice
          key={option.value}
          type="radio"
          className={styles.box}
          name={name}
          label={option.label}
          help={option.help}
          disabledReason={option.disabledReason}
          value={option.value === value}
          onChange={() => onChange(option.value)}
        />
      ))}
    </Fieldset>
  )
}
