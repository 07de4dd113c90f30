// One or several of many, found by typing; the server may do the finding.
import '@mantine/core/styles/Popover.layer.css'
import '@mantine/core/styles/Combobox.layer.css'
import { Combobox as MantineCombobox, type ComboboxStore, useCombobox } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { classes } from '../classes'
import type { ComboboxOption, ComboboxProps, FinderProps, MultiSelectProps } from '../combobox'
import { Field, type InputIds } from '../field'
import { Icon } from '../icon'
import { Matched } from '../matched'
import inputStyles from '../input.module.css'
import menuStyles from '../menu.module.css'
import styles from '../combobox.module.css'

const MOST_OPTIONS = 100

/** One of many. */
export function Combobox(props: ComboboxProps) {
  const { value, onChange, options } = props
  const [typed, setTyped] = useState<string | null>(null)
  const store = useCombobox({ onDropdownClose: () => store.resetSelectedOption() })
  const chosen = options.find((option) => option.value === value)
  const pick = (picked: string) => {
    onChange(picked)
    setTyped(null)
    store.closeDropdown()
  }
  return (
    <Field {...props}>
      {(ids) => (
        <Finder {...props} ids={ids} store={store} typed={typed} setTyped={setTyped} onPick={pick} picked={[value]}>
          {(input) => (
            <div className={frame(props)} data-invalid={ids['aria-invalid']} data-off={props.disabledReason ? true : undefined}>
              {chosen?.icon && typed === null && <Icon name={chosen.icon} />}
              {input(typed ?? chosen?.text ?? value, props.placeholder)}
              {value !== '' && props.isOptional && !props.disabledReason ? (
                <button type="button" className={styles.clear} aria-label="Clear" onClick={() => onChange('')}>
                  <Icon name="close" size={14} />
                </button>
              ) : (
                <Icon name="chevron-down" size={14} />
              )}
            </div>
          )}
        </Finder>
      )}
    </Field>
  )
}

/** Several of many, as chips. */
export function MultiSelect(props: MultiSelectProps) {
  const { value, onChange, options } = props
  const [typed, setTyped] = useState<string | null>(null)
  const store = useCombobox({ onDropdownClose: () => store.resetSelectedOption() })
  const pick = (picked: string) => {
    onChange(value.includes(picked) ? value.filter((one) => one !== picked) : [...value, picked])
    setTyped(null)
  }
  const textOf = (one: string) => options.find((option) => option.value === one)?.text ?? one
  return (
    <Field {...props}>
      {(ids) => (
        <Finder {...props} ids={ids} store={store} typed={typed} setTyped={setTyped} onPick={pick} picked={value}>
          {(input) => (
            <div
              className={classes(frame(props), styles.several)}
              data-invalid={ids['aria-invalid']}
              data-off={props.disabledReason ? true : undefined}
            >
              {value.map((one) => (
                <span key={one} className={styles.chip}>
                  {textOf(one)}
                  {!props.disabledReason && (
                    <button type="button" aria-label={`Remove ${textOf(one)}`} onClick={() => pick(one)}>
                      <Icon name="close" size={12} />
                    </button>
                  )}
                </span>
              ))}
              {input(typed ?? '', value.length === 0 ? props.placeholder : undefined, () => {
                const last = value.at(-1)
                if (last !== undefined) pick(last)
              })}
            </div>
          )}
        </Finder>
      )}
    </Field>
  )
}

type RenderInput = (text: string, placeholder: string | undefined, onErase?: () => void) => ReactNode

interface PartProps extends FinderProps {
  ids: InputIds
  store: ComboboxStore
  typed: string | null
  setTyped: (text: string | null) => void
  onPick: (value: string) => void
  picked: readonly string[]
  children: (input: RenderInput) => ReactNode
}

const CREATE = '\u0000create'

function Finder(props: PartProps) {
  const { ids, store, typed, setTyped, onPick, onSearch, disabledReason, name, children } = props
  // Where anything may be typed, what was typed is meant: leaving the field or pressing Enter takes it.
  const take = () => {
    const meant = props.createLabel ? meantBy(props.options, typed) : null
    if (meant === null) return false
    if (!props.picked.includes(meant)) onPick(meant)
    else setTyped(null)
    return true
  }
  const search = (text: string) => {
    setTyped(text)
    onSearch?.(text)
    store.openDropdown()
    store.updateSelectedOptionIndex()
  }
  const input: RenderInput = (text, placeholder, onErase) => (
    <MantineCombobox.EventsTarget>
      <input
        {...ids}
        name={name}
        value={text}
        placeholder={placeholder}
        autoComplete="off"
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- it had the focus before it was whole
        autoFocus={props.autoFocus}
        readOnly={Boolean(disabledReason)}
        aria-disabled={disabledReason ? true : undefined}
        onChange={(event) => search(event.target.value)}
        // What is wrong with it stands below, where the options would be: they come with a click or a key.
        onFocus={() => !disabledReason && !ids['aria-invalid'] && store.openDropdown()}
        onClick={(event) => {
          if (disabledReason) return
          // What is typed takes the place of what was chosen.
          if (typed === null) event.currentTarget.select()
          store.openDropdown()
        }}
        onBlur={() => {
          take()
          store.closeDropdown()
          setTyped(null)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Backspace' && text === '') onErase?.()
          if (event.key === 'Escape') setTyped(null)
          if (event.key === 'Enter' && store.getSelectedOptionIndex() === -1 && take()) event.preventDefault()
        }}
      />
    </MantineCombobox.EventsTarget>
  )
  return (
    <MantineCombobox
      store={store}
      offset={4}
      width="target"
      position="bottom-start"
      onOptionSubmit={(value) => onPick(value === CREATE ? (typed ?? '').trim() : value)}
      classNames={{ dropdown: classes(menuStyles.menu, styles.dropdown), option: classes(menuStyles.item, styles.option), empty: styles.empty ?? '' }}
    >
      <MantineCombobox.DropdownTarget>{children(input)}</MantineCombobox.DropdownTarget>
      <MantineCombobox.Dropdown>
        <Options {...props} />
      </MantineCombobox.Dropdown>
    </MantineCombobox>
  )
}

/** The option that was typed out, or what was typed; null for nothing. */
function meantBy(options: readonly ComboboxOption[], typed: string | null): string | null {
  const text = (typed ?? '').trim()
  if (text === '') return null
  const sought = text.toLowerCase()
  return options.find((option) => option.value.toLowerCase() === sought || option.text?.toLowerCase() === sought)?.value ?? text
}

function Options({ options, typed, picked, onSearch, isLoading, createLabel }: PartProps) {
  const sought = (typed ?? '').trim().toLowerCase()
  const found = onSearch ? options : options.filter((option) => (option.text ?? option.value).toLowerCase().includes(sought))
  const isNew = createLabel && sought !== '' && !options.some((option) => option.value.toLowerCase() === sought)
  return (
    <MantineCombobox.Options aria-label="What can be chosen">
      {found.slice(0, MOST_OPTIONS).map((option) => (
        <MantineCombobox.Option key={option.value} value={option.value} active={picked.includes(option.value)}>
          {option.icon && <Icon name={option.icon} />}
          <span className={menuStyles.text}>
            <Matched text={option.text ?? option.value} sought={sought} />
          </span>
          {option.detail && <span className={styles.detail}>{option.detail}</span>}
          {picked.includes(option.value) && <Icon name="check" tone="accent" />}
        </MantineCombobox.Option>
      ))}
      {isNew && (
        <MantineCombobox.Option value={CREATE}>
          <Icon name="plus" />
          <span className={menuStyles.text}>
            {createLabel} <b>{(typed ?? '').trim()}</b>
          </span>
        </MantineCombobox.Option>
      )}
      {found.length === 0 && !isNew && (
        <MantineCombobox.Empty>{isLoading ? 'Searching …' : sought ? `Nothing with "${typed}".` : 'Nothing to choose from.'}</MantineCombobox.Empty>
      )}
    </MantineCombobox.Options>
  )
}

function frame({ isMono }: FinderProps): string {
  return classes(inputStyles.input, styles.frame, isMono && inputStyles.mono)
}
