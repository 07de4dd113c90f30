// One line, or several, to type.
import type { HTMLInputTypeAttribute, ReactNode, Ref } from 'react'
import { classes } from './classes'
import { Field, type FieldProps } from './field'
import { Icon, type IconName } from './icon'
import styles from './input.module.css'

interface TextProps extends FieldProps {
  value: string
  onChange: (value: string) => void
  onBlur?: () => void
  placeholder?: string
  /** For names, ids, versions, code. */
  isMono?: boolean
  autoFocus?: boolean
  ref?: Ref<HTMLInputElement>
}

interface TextInputProps extends TextProps {
  type?: Extract<HTMLInputTypeAttribute, 'text' | 'password' | 'email' | 'search' | 'url' | 'number' | 'datetime-local' | 'date'>
  icon?: IconName
  /** At the end of the line: `GiB`, a key, a button. */
  unit?: ReactNode
  autoComplete?: string
  inputMode?: 'numeric' | 'text'
  /** 28 px and a quieter frame, for bars. */
  isSmall?: boolean
  /** Enter does this, and not what the form does. */
  onEnter?: () => void
}

/** One line of text. */
export function TextInput(props: TextInputProps) {
  const { value, onChange, onBlur, type = 'text', icon, unit, isMono, isSmall, name, disabledReason, ref, onEnter, ...rest } = props
  return (
    <Field {...props}>
      {(ids) => (
        <div
          className={classes(styles.input, isSmall && styles.small, isMono && styles.mono)}
          data-invalid={ids['aria-invalid']}
          data-off={disabledReason ? true : undefined}
        >
          {icon && <Icon name={icon} />}
          <input
            {...ids}
            ref={ref}
            type={type}
            name={name}
            value={value}
            placeholder={rest.placeholder}
            inputMode={rest.inputMode}
            autoComplete={rest.autoComplete ?? 'off'}
            autoFocus={rest.autoFocus}
            spellCheck={isMono ? false : undefined}
            readOnly={Boolean(disabledReason)}
            aria-disabled={disabledReason ? true : undefined}
            onChange={(event) => onChange(event.target.value)}
            onBlur={onBlur}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || !onEnter) return
              event.preventDefault()
              onEnter()
            }}
          />
          {unit && <span className={styles.unit}>{unit}</span>}
        </div>
      )}
    </Field>
  )
}

/** Several lines of text. */
export function Textarea({ rows = 3, ...props }: Omit<TextProps, 'ref'> & { rows?: number }) {
  const { value, onChange, onBlur, isMono, name, disabledReason } = props
  return (
    <Field {...props}>
      {(ids) => (
        <textarea
          {...ids}
          name={name}
          rows={rows}
          value={value}
          placeholder={props.placeholder}
          autoFocus={props.autoFocus}
          spellCheck={isMono ? false : undefined}
          readOnly={Boolean(disabledReason)}
          aria-disabled={disabledReason ? true : undefined}
          className={classes(styles.area, isMono && styles.mono)}
          data-invalid={ids['aria-invalid']}
          data-off={disabledReason ? true : undefined}
          onChange={(event) => onChange(event.target.value)}
          onBlur={onBlur}
        />
      )}
    </Field>
  )
}
