// Tags and settings of a resource: names with values, each for itself or for what stands on it as well.
import { Button, IconButton } from '@/ui/button'
import { Checkbox } from '@/ui/choice'
import { Fieldset } from '@/ui/field'
import { TextInput } from '@/ui/text-input'
import type { Setting } from '../queries'
import styles from './order.module.css'

interface SettingsInputProps {
  /** "Tags" */
  label: string
  /** "tag" */
  one: string
  help: string
  value: readonly Setting[]
  onChange: (value: readonly Setting[]) => void
  /** Names that must be among them and are not given yet. */
  missing?: readonly string[]
  error?: string | undefined
}

export function SettingsInput({ label, one, help, value, onChange, missing = [], error }: SettingsInputProps) {
  const put = (at: number, changes: Partial<Setting>) => onChange(value.map((row, place) => (place === at ? { ...row, ...changes } : row)))
  const add = (name: string) => onChange([...value, { name, value: '', 'is-inherited': true }])
  const wanted = missing.filter((name) => !value.some((row) => row.name === name))
  return (
    <Fieldset legend={label} help={help} error={error}>
      {value.map((row, at) => (
        // Its name is typed into it.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={at} className={styles.setting}>
          <TextInput label={`Name of ${one} ${at + 1}`} isLabelHidden isMono placeholder="name" value={row.name} onChange={(name) => put(at, { name })} />
          <TextInput label={`Value of ${one} ${at + 1}`} isLabelHidden isMono placeholder="value" value={row.value} onChange={(text) => put(at, { value: text })} />
          <Checkbox label="Passed on" value={row['is-inherited'] ?? false} onChange={(isInherited) => put(at, { 'is-inherited': isInherited })} />
          <IconButton icon="close" label={`Remove ${row.name || `${one} ${at + 1}`}`} onClick={() => onChange(value.filter((_, place) => place !== at))} />
        </div>
      ))}
      <div className={styles.adding}>
        {wanted.map((name) => (
          <Button key={name} size="sm" icon="plus" onClick={() => add(name)}>
            Give {name}
          </Button>
        ))}
        <Button size="sm" look="quiet" icon="plus" onClick={() => add('')}>
          Add a {one}
        </Button>
      </div>
    </Fieldset>
  )
}

/** Both, as the forms of an order and of a change have them. */
export function TagsAndSettings({ values, onChange, required, problemAt }: TagsAndSettingsProps) {
  return (
    <>
      <SettingsInput
        label="Tags"
        one="tag"
        help="What its module makes can carry them. Those that are passed on are those of what stands on it, too."
        value={values.tags}
        onChange={(tags) => onChange({ tags })}
        error={problemAt('tags')}
      />
      <SettingsInput
        label="Settings"
        one="setting"
        help="Values for variables that are taken from settings, its own and those of what stands on it."
        value={values.settings}
        onChange={(settings) => onChange({ settings })}
        missing={required}
        error={problemAt('settings')}
      />
    </>
  )
}

interface TagsAndSettingsProps {
  values: { readonly tags: readonly Setting[]; readonly settings: readonly Setting[] }
  onChange: (changes: { tags?: readonly Setting[]; settings?: readonly Setting[] }) => void
  /** Settings that its template wants and nobody gave. */
  required: readonly string[]
  problemAt: (place: string) => string | undefined
}
