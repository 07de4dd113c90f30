// One of a few known values, as the system's own list: best on phones and with the keyboard.
import { classes } from './classes'
import { Field, type FieldProps } from './field'
import { Icon } from './icon'
import styles from './input.module.css'

export interface SelectOption<Value extends string> {
  readonly value: Value
  readonly text: string
}

interface SelectProps<Value extends string> extends FieldProps {
  value: Value
  onChange: (value: Value) => void
  options: readonly SelectOption<Value>[]
  isSmall?: boolean
  isMono?: boolean
}

/** For many values, or ones that the server searches, take `Combobox`. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { value, onChange, options, isSmall, isMono, name, disabledReason } = props
  return (
    <Field {...props}>
      {(ids) => (
        <div
          className={classes(styles.select, isSmall && styles.small, isMono && styles.mono)}
          data-invalid={ids['aria-invalid']}
          data-off={disabledReason ? true : undefined}
        >
          <select
            {...ids}
            name={name}
            value={value}
            aria-disabled={disabledReason ? true : undefined}
            onChange={(event) => !disabledReason && onChange(event.target.value as Value)}
          >
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.text}
              </option>
            ))}
          </select>
          <Icon name="chevron-down" size={14} />
        </div>
      )}
    </Field>
  )
}
