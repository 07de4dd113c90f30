// The root modules that were found, each to be ticked and named; other directories can be added.
import { useState } from 'react'
import type { ApiError } from '@/api/errors'
import { counted } from '@/lib/numbers'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/choice'
import { Fieldset } from '@/ui/field'
import { Icon } from '@/ui/icon'
import { Skeleton } from '@/ui/skeleton'
import { Facts, Text } from '@/ui/text'
import { TextInput } from '@/ui/text-input'
import type { Root } from '../queries'
import styles from '../repositories.module.css'
import { directoryOf } from './naming'

interface RootsFieldProps {
  /** Names of the workspaces that come from a directory already, by its id. */
  taken: ReadonlyMap<string, readonly string[]>
  /** How many there are, also where not all are shown. */
  total: number
  query: { readonly isPending: boolean; readonly error: ApiError | null; readonly onRetry: () => void }
  roots: readonly Root[]
  /** Directories that somebody named, by id. */
  own: readonly string[]
  chosen: readonly string[]
  onChosen: (ids: readonly string[]) => void
  onOwn: (directory: string) => void
  nameOf: (id: string) => string
  onName: (id: string, name: string) => void
  wrong: Readonly<Record<string, string>>
  made: Readonly<Record<string, string>>
}

export function RootsField({ taken, total, query, roots, own, chosen, onChosen, onOwn, nameOf, onName, wrong, made }: RootsFieldProps) {
  const others = own.filter((id) => !roots.some((root) => root.id === id))
  const rows = [...roots.map(({ id, attributes }) => ({ id, attributes })), ...others.map((id) => ({ id, attributes: null }))]
  const toggle = (id: string, isOn: boolean) => onChosen(isOn ? [...chosen, id] : chosen.filter((one) => one !== id))
  const free = rows.filter(({ id }) => !taken.has(id) && made[id] === undefined).map(({ id }) => id)
  const isAll = free.length > 0 && free.every((id) => chosen.includes(id))
  const help =
    roots.length > 0
      ? `${counted(total, 'root module')} found${total > roots.length ? `, of which the first ${roots.length} are listed` : ''}: directories that no other one calls as a module. Each becomes a workspace of its own.`
      : 'A workspace runs in one directory of the repository.'
  return (
    <Fieldset legend="Directories" help={help}>
      {query.error && <ErrorNotice error={query.error} onRetry={query.onRetry} />}
      {query.isPending && <Skeleton height={96} />}
      {free.length > 2 && (
        <div>
          <Button size="sm" look="quiet" onClick={() => onChosen(isAll ? chosen.filter((id) => !free.includes(id)) : [...new Set([...chosen, ...free])])}>
            {isAll ? 'Choose none' : taken.size > 0 ? `Choose all ${free.length} without a workspace` : `Choose all ${free.length}`}
          </Button>
        </div>
      )}
      {rows.length > 0 && (
        <ul className={styles.roots}>
          {rows.map(({ id, attributes }) => {
            const isOn = chosen.includes(id)
            const directory = directoryOf(id) || 'the top'
            return (
              <li key={id}>
                <Checkbox
                  label={<code>{directory}</code>}
                  help={<About root={attributes} taken={taken.get(id)} />}
                  value={isOn}
                  onChange={(to) => toggle(id, to)}
                  disabledReason={made[id] === undefined ? null : `Made as ${made[id]}.`}
                />
                {isOn &&
                  (made[id] === undefined ? (
                    <TextInput
                      label={`Name of the workspace in ${directory}`}
                      isLabelHidden
                      isMono
                      value={nameOf(id)}
                      onChange={(name) => onName(id, name)}
                      error={wrong[id]}
                    />
                  ) : (
                    <Text level={2}>
                      <Icon name="ok" size={14} tone="success" /> {made[id]}
                    </Text>
                  ))}
              </li>
            )
          })}
        </ul>
      )}
      {!query.isPending && !query.error && rows.length === 0 && <Text level={3}>No root module was found on this branch. Name a directory.</Text>}
      <OwnDirectory onAdd={onOwn} />
    </Fieldset>
  )
}

function About({ root, taken }: { root: Root['attributes'] | null; taken: readonly string[] | undefined }) {
  const known = taken ? `${taken.join(', ')} runs there already` : null
  if (!root) return <Facts>{[known, 'named by you']}</Facts>
  const files = root['variable-files']
  return (
    <Facts>
      {[
        known,
        counted(root.resources, 'resource'),
        root.providers.length > 0 ? root.providers.join(', ') : null,
        root.modules.length > 0 ? counted(root.modules.length, 'local module') : null,
        files.length > 0 ? files.join(', ') : null,
        root['has-backend'] ? 'says where its state is kept' : null,
      ]}
    </Facts>
  )
}

function OwnDirectory({ onAdd }: { onAdd: (directory: string) => void }) {
  const [directory, setDirectory] = useState('')
  const clean = directory.trim().replaceAll(/^\/+|\/+$/g, '')
  const add = () => {
    if (clean === '') return
    onAdd(clean)
    setDirectory('')
  }
  return (
    <div className={styles.finderBar}>
      <TextInput label="Another directory" isLabelHidden isMono value={directory} onChange={setDirectory} placeholder="another/directory" onEnter={add} />
      <div>
        <Button icon="plus" disabledReason={clean === '' ? 'Type a directory first.' : null} onClick={add}>
          Add
        </Button>
      </div>
    </div>
  )
}
