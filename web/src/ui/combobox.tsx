// One or several of many, found by typing; the server may do the finding.
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { classes } from './classes'
import { Field, type FieldProps } from './field'
import { Icon, type IconName } from './icon'
import styles from './input.module.css'

// Fetched with the first form that has one; until then the field stands there with what is chosen.
const FloatingCombobox = lazy(async () => ({ default: (await import('./floating/combobox')).Combobox }))
const FloatingMultiSelect = lazy(async () => ({ default: (await import('./floating/combobox')).MultiSelect }))

export interface ComboboxOption {
  readonly value: string
  /** What is searched and shown; the value without it. */
  readonly text?: string
  /** At the end of the line, grey. */
  readonly detail?: ReactNode
  readonly icon?: IconName
}

/** What both take. */
export interface FinderProps extends FieldProps {
  options: readonly ComboboxOption[]
  placeholder?: string
  /** Called with what is typed, for options that the server finds; otherwise they are filtered here. */
  onSearch?: (text: string) => void
  isLoading?: boolean
  /** Offers to take what was typed: "New tag". */
  createLabel?: string
  isMono?: boolean
  /** It has the focus once it is there. */
  autoFocus?: boolean
}

export interface ComboboxProps extends FinderProps {
  /** Empty for none. */
  value: string
  onChange: (value: string) => void
}

export interface MultiSelectProps extends FinderProps {
  value: readonly string[]
  onChange: (value: readonly string[]) => void
}

/** One of many. */
export function Combobox(props: ComboboxProps) {
  const [isEntered, setEntered] = useState(false)
  return (
    <Suspense fallback={<Waiting {...props} shown={[props.value]} onEntered={setEntered} />}>
      <FloatingCombobox {...props} autoFocus={isEntered} />
    </Suspense>
  )
}

/** Several of many, as chips. */
export function MultiSelect(props: MultiSelectProps) {
  const [isEntered, setEntered] = useState(false)
  return (
    <Suspense fallback={<Waiting {...props} shown={props.value} onEntered={setEntered} />}>
      <FloatingMultiSelect {...props} autoFocus={isEntered} />
    </Suspense>
  )
}

interface WaitingProps extends FinderProps {
  shown: readonly string[]
  /** Whoever is in it already stays in it. */
  onEntered: (isIn: boolean) => void
}

/** The field with its final layout. */
function Waiting({ shown, onEntered, ...props }: WaitingProps) {
  const textOf = (value: string) => props.options.find((option) => option.value === value)?.text ?? value
  return (
    <Field {...props}>
      {(ids) => (
        <div className={classes(styles.input, props.isMono && styles.mono)}>
          <input
            {...ids}
            readOnly
            value={shown.map(textOf).join(', ')}
            placeholder={props.placeholder}
            onFocus={() => onEntered(true)}
            onBlur={() => onEntered(false)}
          />
          <Icon name="chevron-down" size={14} />
        </div>
      )}
    </Field>
  )
}
