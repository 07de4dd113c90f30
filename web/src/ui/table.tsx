// A table of what the server lists: sorted there, paged there; rows for the pointer, the keyboard and a narrow window.
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useNoticed } from '@/lib/delayed'
import { useOverflow } from '@/lib/overflow'
import { Checkbox } from './choice'
import { classes } from './classes'
import { Icon } from './icon'
import { Skeleton } from './skeleton'
import styles from './table.module.css'
import { useRowKeys } from './use-row-keys'

export interface Column<Row> {
  /** Unlike the others; saved choices of columns name it. */
  readonly key: string
  readonly title: string
  readonly cell: (row: Row) => ReactNode
  /** The API's word for sorting by it; without it the column cannot be sorted. */
  readonly sort?: string
  /** Newest or most first when it is pressed first. */
  readonly isDescendingFirst?: boolean
  /** `end` for numbers and times. */
  readonly align?: 'start' | 'end'
  /** A CSS width; columns take what they need otherwise. */
  readonly width?: string
  /** Takes the rest of the width, and cuts what is longer. */
  readonly isWide?: boolean
  /** In a narrow window: in the first line, at its end, in the second line, or left out (the default but for the first). */
  readonly narrow?: 'first' | 'end' | 'second' | 'hidden'
  /** The least width of the window in pixels at which it is shown. */
  readonly from?: 1024 | 1240 | 1520
  /** Cannot be left out by the user. */
  readonly isFixed?: boolean
  /** Left out until the user wants it. */
  readonly isExtra?: boolean
}

interface TableProps<Row> {
  /** What the rows are: "Workspaces". */
  label: string
  columns: readonly Column<Row>[]
  /** Undefined while they are on their way. */
  rows: readonly Row[] | undefined
  rowKey: (row: Row) => string
  /** The page of a row: Enter and a press anywhere in the row open it. */
  rowTo?: (row: Row) => string
  /** Says the row, for selecting it; the key without it. */
  rowName?: (row: Row) => string
  /** Grey: what does nothing now. */
  isOff?: (row: Row) => boolean
  /** `name` or `-name`, as the API sorts. */
  sort?: string | undefined
  onSort?: (sort: string) => void
  /** Keys of the selected rows; with it rows can be selected. */
  selection?: ReadonlySet<string>
  onSelection?: (selection: ReadonlySet<string>) => void
  /** The rows shown are of before: others are on their way. */
  isStale?: boolean
  /** In place of the table when there are no rows. */
  empty?: ReactNode
  /** Inside a panel: grey head, no space at the sides. */
  isInPanel?: boolean
  /** 48 px rows for two lines in a cell. */
  isTall?: boolean
  /** Several tables on a page: only the first moves with j and k. */
  hasKeys?: boolean
  /** Rows of the skeleton. */
  expected?: number
}

/** Rows of the same kind. Give it every column; leave columns out with `useColumnChoice`. */
export function Table<Row>(props: TableProps<Row>) {
  const { columns, rows, rowKey, rowTo, selection, onSelection, empty, hasKeys = true } = props
  const navigate = useNavigate()
  const open = rowTo && ((row: Row) => void navigate({ to: rowTo(row) }))
  const toggle = (key: string) => onSelection?.(toggled(selection ?? new Set(), key))
  const cursor = useRowKeys({
    isOn: hasKeys && Boolean(open ?? onSelection),
    keys: rows?.map(rowKey) ?? [],
    onOpen: (at) => rows?.[at] && open?.(rows[at]),
    ...(onSelection && { onSelect: toggle }),
  })
  const isLate = useNoticed(rows === undefined)
  const isPale = useNoticed(props.isStale ?? false)
  if (rows?.length === 0 && empty) return empty
  return (
    <Scroller label={props.label} isInPanel={props.isInPanel ?? false}>
      <table
        className={classes(styles.table, props.isTall && styles.tall, isPale && styles.stale)}
        aria-label={props.label}
        aria-busy={rows === undefined || props.isStale || undefined}
      >
        <Head {...props} />
        <tbody>
          {rows?.map((row, at) => (
            <RowLine
              key={rowKey(row)}
              row={row}
              columns={columns}
              isCursor={at === cursor}
              isOff={props.isOff?.(row) ?? false}
              {...(open && { onOpen: () => open(row) })}
              {...(onSelection && {
                isSelected: selection?.has(rowKey(row)) ?? false,
                onSelect: () => toggle(rowKey(row)),
                name: props.rowName?.(row) ?? rowKey(row),
              })}
            />
          ))}
          {rows === undefined && <SkeletonRows {...props} isShown={isLate} />}
        </tbody>
      </table>
    </Scroller>
  )
}

/** Scrolls sideways when the columns need more than there is, by the keyboard too. */
function Scroller({ label, isInPanel, children }: { label: string; isInPanel: boolean; children: ReactNode }) {
  const [frame, isWider] = useOverflow<HTMLDivElement>()
  return (
    <div
      ref={frame}
      className={classes(styles.scroll, isInPanel && styles.panel)}
      {...(isWider && { tabIndex: 0, role: 'group', 'aria-label': label })}
    >
      {children}
    </div>
  )
}

function Head<Row>({ columns, rows, rowKey, sort, onSort, selection, onSelection }: TableProps<Row>) {
  const keys = rows?.map(rowKey) ?? []
  const chosen = keys.filter((key) => selection?.has(key)).length
  return (
    <thead>
      <tr>
        {onSelection && (
          <th className={styles.pick}>
            <Checkbox
              label="Select all on this page"
              isLabelHidden
              value={chosen > 0 && chosen === keys.length}
              isSome={chosen > 0 && chosen < keys.length}
              onChange={(isOn) => onSelection(isOn ? new Set([...(selection ?? []), ...keys]) : without(selection, keys))}
            />
          </th>
        )}
        {columns.map((column) => {
          const direction = sort === column.sort ? 'ascending' : sort === `-${column.sort}` ? 'descending' : undefined
          // A column of buttons has no title, and a head without text is none.
          // oxlint-disable-next-line jsx-a11y/control-has-associated-label -- nothing to press
          if (column.title === '') return <td key={column.key} className={cellClass(column)} />
          return (
            <th
              key={column.key}
              scope="col"
              className={cellClass(column)}
              style={column.width ? { width: column.width } : undefined}
              {...(column.sort && direction && { 'aria-sort': direction })}
            >
              {column.sort && onSort ? (
                <button type="button" onClick={() => onSort(nextSort(column, direction))}>
                  {column.title}
                  {direction && <Icon name={direction} size={12} />}
                </button>
              ) : (
                column.title
              )}
            </th>
          )
        })}
      </tr>
    </thead>
  )
}

interface RowLineProps<Row> {
  row: Row
  columns: readonly Column<Row>[]
  isCursor: boolean
  isOff: boolean
  onOpen?: () => void
  isSelected?: boolean
  onSelect?: () => void
  name?: string
}

function RowLine<Row>({ row, columns, isCursor, isOff, onOpen, isSelected, onSelect, name }: RowLineProps<Row>) {
  return (
    // The links and the cursor's keys open the row as well; a press anywhere in it is only larger.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <tr
      className={classes(isCursor && styles.cursor, isOff && styles.off, onOpen && styles.opens)}
      data-cursor={isCursor || undefined}
      aria-selected={isSelected}
      onClick={(event) => onOpen && isPlain(event) && onOpen()}
    >
      {onSelect && (
        <td className={styles.pick}>
          <Checkbox label={`Select ${name}`} isLabelHidden value={isSelected ?? false} onChange={onSelect} />
        </td>
      )}
      {columns.map((column) => (
        <td key={column.key} className={cellClass(column)} onPointerEnter={sayWhatIsCut}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  )
}

/** What does not fit into a cell is told by hovering it. */
function sayWhatIsCut({ currentTarget: cell }: React.PointerEvent<HTMLTableCellElement>) {
  if (cell.scrollWidth > cell.clientWidth) cell.title = cell.textContent
  else cell.removeAttribute('title')
}

/** Rows with the final layout, seen only once they take long. */
function SkeletonRows<Row>({ columns, onSelection, isShown, expected = 8 }: TableProps<Row> & { isShown: boolean }) {
  return Array.from({ length: expected }, (_, at) => (
    // oxlint-disable-next-line react/no-array-index-key
    <tr key={at} aria-hidden>
      {onSelection && <td className={styles.pick}>{null}</td>}
      {columns.map((column, place) => (
        <td key={column.key} className={cellClass(column)}>
          {isShown && <Pending width={[132, 88, 64, 48][(at + place) % 4] ?? 64} />}
        </td>
      ))}
    </tr>
  ))
}

/** As wide as that, and no wider than its column is without it: what is on its way moves no columns. */
function Pending({ width }: { width: number }) {
  return (
    <div style={{ width: 0, minWidth: `min(100%, ${width}px)` }}>
      <Skeleton width="100%" />
    </div>
  )
}

/** A press on the row itself, not on what is in it, and not the end of selecting text. */
function isPlain(event: React.MouseEvent): boolean {
  const isOther = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey
  const isInside = (event.target as Element).closest('a, button, input, label, select, [role="menu"]') !== null
  return !isOther && !isInside && window.getSelection()?.isCollapsed !== false
}

function cellClass<Row>(column: Column<Row>): string {
  return classes(
    column.align === 'end' && styles.end,
    column.isWide && styles.wide,
    column.from && styles[`from${column.from}`],
    styles[`narrow-${column.narrow ?? 'hidden'}`],
  )
}

function nextSort<Row>(column: Column<Row>, direction: 'ascending' | 'descending' | undefined): string {
  const isDescending = direction ? direction === 'ascending' : (column.isDescendingFirst ?? false)
  return `${isDescending ? '-' : ''}${column.sort}`
}

function toggled(selection: ReadonlySet<string>, key: string): ReadonlySet<string> {
  return selection.has(key) ? without(selection, [key]) : new Set([...selection, key])
}

function without(selection: ReadonlySet<string> | undefined, keys: readonly string[]): ReadonlySet<string> {
  return new Set([...(selection ?? [])].filter((key) => !keys.includes(key)))
}
