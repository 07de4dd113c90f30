// Filters of a list as chips, tied to the search parameters of the address.
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useSettled } from '@/lib/delayed'
import { useKeys } from '@/lib/keyboard'
import { Button } from './button'
import { FilterPanel } from './filter-panel'
import { Icon } from './icon'
import { Kbd } from './kbd'
import { Popover } from './popover'
import { TextInput } from './text-input'
import styles from './filter-bar.module.css'

export interface FilterOption {
  readonly value: string
  readonly text: string
}

export interface Filter {
  /** The search parameter. Several values are one text with commas there, a list in the page's typed parameters. */
  readonly name: string
  /** "Status" */
  readonly title: string
  /** What can be chosen; any text can be typed without it. */
  readonly options?: readonly FilterOption[]
  /** Finds options on the server, by what was typed. */
  readonly find?: (typed: string) => Promise<readonly FilterOption[]>
  /** Any of several. */
  readonly isMany?: boolean
  readonly placeholder?: string
  readonly isMono?: boolean
}

/** The page's typed parameters: a text, a list of texts, or nothing. */
export type FilterValues = Readonly<Record<string, string | readonly string[] | undefined>>

interface FilterBarProps {
  filters: readonly Filter[]
  values: FilterValues
  /** Give it the second of `useSearchState`, which also forgets the page's number. */
  onChange: (changes: Record<string, string | readonly string[] | undefined>) => void
  /** The field for a part of the name, which `/` goes to. */
  text?: { readonly name: string; readonly placeholder: string }
  /** At the end of the line: the choice of columns. */
  end?: ReactNode
}

/** What is set is a chip; pressing its value changes it, its cross removes it. */
export function FilterBar({ filters, values, onChange, text, end }: FilterBarProps) {
  const set = filters.filter((filter) => list(values[filter.name]).length > 0)
  const unset = filters.filter((filter) => list(values[filter.name]).length === 0)
  const clear = () => onChange(Object.fromEntries([...set.map((filter) => filter.name), ...(text ? [text.name] : [])].map((name) => [name, undefined])))
  return (
    <div className={styles.bar} role="search">
      {text && (
        <TextFilter
          value={list(values[text.name])[0] ?? ''}
          placeholder={text.placeholder}
          onChange={(typed) => onChange({ [text.name]: typed || undefined })}
        />
      )}
      {set.map((filter) => (
        <Chip key={filter.name} filter={filter} value={list(values[filter.name])} onChange={onChange} />
      ))}
      {unset.length > 0 && <AddFilter filters={unset} onChange={onChange} />}
      {set.length > 1 && (
        <Button look="quiet" size="sm" onClick={clear}>
          Clear
        </Button>
      )}
      {end && <span className={styles.end}>{end}</span>}
    </div>
  )
}

const TYPING_MS = 200

function TextFilter({ value, placeholder, onChange }: { value: string; placeholder: string; onChange: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(value)
  const [known, setKnown] = useState(value)
  // The address changed by other means: back, a saved view, "Clear".
  if (known !== value) {
    setKnown(value)
    setTyped(value)
  }
  const settled = useSettled(typed, TYPING_MS)
  const change = useRef(onChange)
  useEffect(() => {
    change.current = onChange
  })
  const sent = useRef(value)
  useEffect(() => {
    sent.current = value
  }, [value])
  useEffect(() => {
    if (settled !== sent.current) change.current(settled)
  }, [settled])
  useKeys([{ keys: '/', title: 'Filter the list', group: 'This page', run: () => input.current?.focus() }])
  return (
    <div className={styles.text}>
      <TextInput
        ref={input}
        label={placeholder}
        isLabelHidden
        isSmall
        type="search"
        icon="search"
        placeholder={placeholder}
        value={typed}
        onChange={setTyped}
        unit={typed === '' && <Kbd keys="/" />}
      />
    </div>
  )
}

interface ChipProps {
  filter: Filter
  value: readonly string[]
  onChange: FilterBarProps['onChange']
}

function Chip({ filter, value, onChange }: ChipProps) {
  const words = value.map((one) => filter.options?.find((option) => option.value === one)?.text ?? one)
  return (
    <span className={styles.chip}>
      <span className={styles.key}>{filter.title}</span>
      {value.length > 1 && <span className={styles.key}>is any of</span>}
      <Popover
        label={filter.title}
        align="start"
        trigger={
          <button type="button" className={filter.isMono ? styles.mono : styles.value}>
            {words.join(', ')}
          </button>
        }
      >
        {(close) => <FilterPanel filter={filter} value={value} onChange={onChange} onDone={close} />}
      </Popover>
      <button
        type="button"
        className={styles.remove}
        aria-label={`Remove the filter ${filter.title}`}
        onClick={() => onChange({ [filter.name]: undefined })}
      >
        <Icon name="close" size={14} />
      </button>
    </span>
  )
}

function AddFilter({ filters, onChange }: { filters: readonly Filter[]; onChange: FilterBarProps['onChange'] }) {
  const [name, setName] = useState<string | null>(null)
  const filter = filters.find((one) => one.name === name)
  return (
    <Popover
      label="Filter"
      align="start"
      trigger={
        <button type="button" className={styles.add}>
          <Icon name="plus" size={14} />
          Filter
        </button>
      }
    >
      {(close) =>
        filter ? (
          <FilterPanel
            filter={filter}
            value={[]}
            onChange={onChange}
            onDone={() => {
              setName(null)
              close()
            }}
          />
        ) : (
          <ul className={styles.names}>
            {filters.map((one) => (
              <li key={one.name}>
                <button type="button" onClick={() => setName(one.name)}>
                  {one.title}
                </button>
              </li>
            ))}
          </ul>
        )
      }
    </Popover>
  )
}

function list(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined || value === '') return []
  return typeof value === 'string' ? [value] : value
}
