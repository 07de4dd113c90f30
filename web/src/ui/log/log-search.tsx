// Finding text in the log: the server searches, this shows how many lines have it and goes from one to the next.
import type { Ref } from 'react'
import { count } from '@/lib/numbers'
import { IconButton } from '@/ui/button'
import { TextInput } from '@/ui/text-input'
import type { LogSearchState } from './use-log-search'
import styles from './log.module.css'

interface LogSearchProps {
  value: string
  onChange: (value: string) => void
  onClose: () => void
  found: LogSearchState
  ref: Ref<HTMLInputElement>
}

export function LogSearch({ value, onChange, onClose, found, ref }: LogSearchProps) {
  return (
    // Keys of what is typed into; Enter is the form's own.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form
      className={styles.search}
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        found.step(1)
      }}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Escape') onClose()
        else if (event.key === 'Enter' && event.shiftKey) found.step(-1)
        else return
        event.preventDefault()
      }}
    >
      <TextInput ref={ref} label="Find in the log" isLabelHidden isSmall type="search" icon="search" placeholder="Find in the log" value={value} onChange={onChange} />
      <span className={styles['found-count']} role="status">
        {summary(found)}
      </span>
      <IconButton icon="ascending" label="Previous line" onClick={() => found.step(-1)} />
      <IconButton icon="descending" label="Next line" onClick={() => found.step(1)} />
      <IconButton icon="close" label="Close the search" onClick={onClose} />
    </form>
  )
}

function summary(found: LogSearchState): string {
  if (found.text === '') return ''
  if (found.isBusy) return 'Searching'
  if (found.error) return 'Failed'
  if (found.total === 0) return 'No line'
  return `${count(found.place + 1)} of ${count(found.total)}`
}
