// A list of things in a form, each with several fields: rows to add and to take away.
import { type ReactNode, useId } from 'react'
import { Button, IconButton } from './button'
import { classes } from './classes'
import { Says } from './field'
import styles from './rows.module.css'

interface RowsProps<Row extends { readonly row: number }> {
  /** What the rows are, for who cannot see them: "Parents". */
  label: string
  rows: readonly Row[]
  onChange: (rows: readonly Row[]) => void
  /** A row that was just added. */
  blank: Omit<Row, 'row'>
  /** On the button: "Add a parent". */
  add: string
  /** Says the row for its cross: "parent network". */
  nameOf: (row: Row, at: number) => string
  /** What concerns no single field. */
  error?: string | undefined
  disabledReason?: string | null | undefined
  /** The fields of one row, side by side where there is room. Only the first row shows labels. */
  children: (row: Row, set: (changes: Partial<Row>) => void, at: number) => ReactNode
}

/** Rows keep their number `row`, and with it their place in what is typed. */
export function Rows<Row extends { readonly row: number }>(props: RowsProps<Row>) {
  const { label, rows, onChange, blank, add, nameOf, error, disabledReason, children } = props
  const id = useId()
  const next = Math.max(-1, ...rows.map(({ row }) => row)) + 1
  return (
    <div className={styles.rows} role="group" aria-label={label} aria-describedby={error ? id : undefined}>
      {rows.map((row, at) => (
        <div key={row.row} className={styles.row}>
          <div className={styles.fields}>
            {children(row, (changes) => onChange(rows.map((one) => (one.row === row.row ? { ...one, ...changes } : one))), at)}
          </div>
          {!disabledReason && (
            <span className={classes(styles.remove, at === 0 && styles.first)}>
              <IconButton icon="close" label={`Remove ${nameOf(row, at)}`} size="sm" onClick={() => onChange(rows.filter((one) => one.row !== row.row))} />
            </span>
          )}
        </div>
      ))}
      <Says id={id} error={error} />
      <div>
        <Button size="sm" icon="plus" disabledReason={disabledReason} onClick={() => onChange([...rows, { ...blank, row: next } as Row])}>
          {add}
        </Button>
      </div>
    </div>
  )
}
