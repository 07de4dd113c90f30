// What opens at a filter's chip: values to choose, or a text to type.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSettled } from '@/lib/delayed'
import { Button } from './button'
import { Checkbox } from './choice'
import type { Filter, FilterOption } from './filter-bar'
import { Matched } from './matched'
import { TextInput } from './text-input'
import styles from './filter-bar.module.css'

interface FilterPanelProps {
  filter: Filter
  value: readonly string[]
  onChange: (changes: Record<string, string | readonly string[] | undefined>) => void
  onDone: () => void
}

export function FilterPanel(props: FilterPanelProps) {
  const { filter } = props
  if (filter.find) return <FoundValues {...props} find={filter.find} />
  return filter.options ? <Values {...props} options={filter.options} /> : <TypedValue {...props} />
}

const TYPING_MS = 150

function FoundValues({ find, ...props }: FilterPanelProps & { find: NonNullable<Filter['find']> }) {
  const [typed, setTyped] = useState('')
  const settled = useSettled(typed, TYPING_MS)
  const found = useQuery({
    queryKey: ['filter-values', props.filter.name, settled],
    queryFn: () => find(settled),
    placeholderData: keepPreviousData,
  })
  return <Values {...props} options={found.data ?? []} search={{ typed, setTyped, isLoading: found.isFetching }} />
}

interface ValuesProps extends FilterPanelProps {
  options: readonly FilterOption[]
  search?: { typed: string; setTyped: (typed: string) => void; isLoading: boolean }
}

const MANY = 8

function Values({ filter, value, onChange, onDone, options, search }: ValuesProps) {
  const [local, setLocal] = useState('')
  const typed = search?.typed ?? local
  const sought = typed.trim().toLowerCase()
  const shown = search ? options : options.filter((option) => option.text.toLowerCase().includes(sought))
  const pick = (picked: string) => {
    if (!filter.isMany) {
      onChange({ [filter.name]: picked })
      onDone()
      return
    }
    const next = value.includes(picked) ? value.filter((one) => one !== picked) : [...value, picked]
    onChange({ [filter.name]: next.length > 0 ? next : undefined })
  }
  return (
    <div className={styles.panel}>
      {(search || options.length > MANY) && (
        <TextInput
          label={`Find a value of ${filter.title}`}
          isLabelHidden
          isSmall
          autoFocus
          icon="search"
          placeholder={filter.placeholder ?? 'Find'}
          value={typed}
          onChange={search?.setTyped ?? setLocal}
        />
      )}
      <ul className={styles.values}>
        {shown.map((option) => (
          <li key={option.value}>
            {filter.isMany ? (
              <Checkbox
                label={<Matched text={option.text} sought={sought} />}
                value={value.includes(option.value)}
                onChange={() => pick(option.value)}
              />
            ) : (
              <button type="button" aria-pressed={value.includes(option.value)} onClick={() => pick(option.value)}>
                <Matched text={option.text} sought={sought} />
              </button>
            )}
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className={styles.none}>{search?.isLoading ? 'Searching …' : 'Nothing like that.'}</p>}
    </div>
  )
}

function TypedValue({ filter, value, onChange, onDone }: FilterPanelProps) {
  const [typed, setTyped] = useState(value.join(', '))
  const take = () => {
    const texts = filter.isMany ? typed.split(',').map((text) => text.trim()) : [typed.trim()]
    const kept = texts.filter((text) => text !== '')
    onChange({ [filter.name]: kept.length === 0 ? undefined : filter.isMany ? kept : kept[0] })
    onDone()
  }
  return (
    <form
      className={styles.typed}
      onSubmit={(event) => {
        event.preventDefault()
        take()
      }}
    >
      <TextInput
        label={filter.title}
        isLabelHidden
        isSmall
        autoFocus
        isMono={filter.isMono ?? false}
        placeholder={filter.placeholder ?? filter.title}
        value={typed}
        onChange={setTyped}
      />
      <Button type="submit" size="sm">
        Filter
      </Button>
    </form>
  )
}
