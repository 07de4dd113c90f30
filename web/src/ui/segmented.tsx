// A few ways of showing the same thing.
import type { ReactNode } from 'react'
import styles from './segmented.module.css'

interface SegmentedProps<Value extends string> {
  /** What is chosen: "Group by". */
  label: string
  value: Value
  options: readonly { readonly value: Value; readonly text: ReactNode }[]
  onChange: (value: Value) => void
}

/** Changes how it is shown, not what; for other content take `Tabs`. */
export function Segmented<Value extends string>({ label, value, options, onChange }: SegmentedProps<Value>) {
  return (
    <span className={styles.segmented} role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.text}
        </button>
      ))}
    </span>
  )
}
