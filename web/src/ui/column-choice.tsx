// Which columns of a table are shown: the user's choice, kept for every browser.
import type { ReactNode } from 'react'
import { usePreference } from '@/api/preferences'
import { Button } from './button'
import { Checkbox } from './choice'
import { Popover } from './popover'
import type { Column } from './table'
import styles from './popover.module.css'

/**
 * The columns to show, and the button that changes them: `const [shown, choice] = useColumnChoice('workspaces', columns)`.
 * `name` is the table's, for the preference `columns.NAME`.
 */
export function useColumnChoice<Row>(name: string, columns: readonly Column<Row>[]): readonly [readonly Column<Row>[], ReactNode] {
  const initial = columns.filter((column) => column.isExtra).map((column) => column.key)
  const [hidden, setHidden] = usePreference<readonly string[]>(`columns.${name}`, initial)
  const shown = columns.filter((column) => column.isFixed || !hidden.includes(column.key))
  const choice = (
    <Popover
      label="Columns"
      trigger={
        <Button look="quiet" size="sm" icon="columns">
          Columns
        </Button>
      }
    >
      <div className={styles.choices}>
        {columns.map((column) => (
          <Checkbox
            key={column.key}
            label={column.title}
            value={column.isFixed === true || !hidden.includes(column.key)}
            disabledReason={column.isFixed ? 'Always shown' : null}
            onChange={(isOn) => setHidden(isOn ? hidden.filter((key) => key !== column.key) : [...hidden, column.key])}
          />
        ))}
      </div>
    </Popover>
  )
  return [shown, choice]
}
