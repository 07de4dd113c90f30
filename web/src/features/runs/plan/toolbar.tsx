// Above the changes: what is looked for, how it is grouped, which kinds are shown.
import { type Ref, useEffect, useRef, useState } from 'react'
import { useSettled } from '@/lib/delayed'
import { count } from '@/lib/numbers'
import { Icon } from '@/ui/icon'
import { Kbd } from '@/ui/kbd'
import { Segmented } from '@/ui/segmented'
import { TextInput } from '@/ui/text-input'
import type { Arrangement, GroupBy, Lens } from './arrange'
import { KINDS } from './index'
import { kindLook, kindVerb } from './kinds'
import type { ChangeKind, PlanCounts } from './wire'
import styles from './lens.module.css'

interface ToolbarProps {
  lens: Lens
  counts: PlanCounts
  arrangement: Arrangement | undefined
  onLens: (changes: Partial<Lens>) => void
  input: Ref<HTMLInputElement>
  /** From the text to the list. */
  onLeave: () => void
}

export function Toolbar({ lens, counts, arrangement, onLens, input, onLeave }: ToolbarProps) {
  const isFiltered = lens.text !== '' || lens.type !== ''
  const shown = KINDS.filter((kind) => counts[kind] > 0)
  const toggle = (kind: ChangeKind) => {
    const kinds = lens.kinds.includes(kind) ? lens.kinds.filter((one) => one !== kind) : [...lens.kinds, kind]
    onLens({ kinds: KINDS.filter((one) => kinds.includes(one)) })
  }
  return (
    <div className={styles.toolbar}>
      <div className={styles.find}>
        <TextFilter text={lens.text} onText={(text) => onLens({ text })} input={input} onLeave={onLeave} />
        <Segmented<GroupBy>
          label="Group by"
          value={lens.by}
          options={[
            { value: 'module', text: 'Module' },
            { value: 'type', text: 'Type' },
          ]}
          onChange={(by) => onLens({ by })}
        />
      </div>
      <div className={styles.toggles} role="group" aria-label="Kinds of changes">
        {shown.map((kind) => {
          const { icon, tone } = kindLook(kind)
          const number = isFiltered ? (arrangement?.matching[kind] ?? 0) : counts[kind]
          return (
            <button
              key={kind}
              type="button"
              aria-pressed={lens.kinds.includes(kind)}
              title="Press to show or hide; press twice to show nothing else"
              onClick={() => toggle(kind)}
              onDoubleClick={() => onLens({ kinds: [kind] })}
            >
              {kind !== 'no-op' && <Icon name={icon} size={12} tone={tone} />}
              <b>{count(number)}</b> {kindVerb(kind)}
            </button>
          )
        })}
        {lens.type !== '' && (
          <span className={styles.type}>
            <span className={styles.mono}>{lens.type}</span>
            <button type="button" aria-label={`Show all types, not only ${lens.type}`} onClick={() => onLens({ type: '' })}>
              <Icon name="close" size={14} />
            </button>
          </span>
        )}
      </div>
    </div>
  )
}

const TYPING_MS = 20

interface TextFilterProps {
  text: string
  onText: (text: string) => void
  input: Ref<HTMLInputElement>
  onLeave: () => void
}

/** What is typed goes into the address a moment later, and what comes from the address is shown. */
function TextFilter({ text, onText, input, onLeave }: TextFilterProps) {
  const [typed, setTyped] = useState(text)
  const [known, setKnown] = useState(text)
  if (known !== text) {
    setKnown(text)
    setTyped(text)
  }
  const settled = useSettled(typed, TYPING_MS)
  const send = useRef(onText)
  const current = useRef(text)
  useEffect(() => {
    send.current = onText
    current.current = text
  })
  useEffect(() => {
    if (settled !== current.current) send.current(settled)
  }, [settled])
  return (
    // Keys of the input inside.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className={styles.text}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && typed !== '') setTyped('')
        else if (event.key === 'Escape' || event.key === 'Enter' || event.key === 'ArrowDown') onLeave()
        else return
        event.preventDefault()
      }}
    >
      <TextInput
        ref={input}
        label="Filter changes"
        isLabelHidden
        isSmall
        type="search"
        icon="search"
        placeholder="Filter by address, type or reason"
        value={typed}
        onChange={setTyped}
        unit={typed === '' && <Kbd keys="/" />}
      />
    </div>
  )
}
