// Saved views: filters and order under a name, for this user in this organization.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { usePreference } from '@/api/preferences'
import { addresses } from '@/lib/addresses'
import { count } from '@/lib/numbers'
import { Button, IconButton } from '@/ui/button'
import { Popover } from '@/ui/popover'
import { Tabs } from '@/ui/tabs'
import { TextInput } from '@/ui/text-input'
import { filtersOf, type ListSearch } from './search'
import { ATTENTION, countOf } from './standing'
import { summary } from './summary'
import styles from './list.module.css'

interface View {
  readonly name: string
  readonly filters: Readonly<Record<string, string>>
}

/** What everybody has; their filters cannot be changed. */
const STANDING: readonly View[] = [
  { name: 'All', filters: {} },
  { name: 'Needs attention', filters: { status: ATTENTION.join(',') } },
]

export function Views({ organization, search }: { organization: string; search: ListSearch }) {
  const [all, setAll] = usePreference<Readonly<Record<string, readonly View[]>>>('views.workspaces', {})
  const saved = all[organization] ?? []
  const filters = filtersOf(search)
  const open = [...STANDING, ...saved].find((view) => isSame(view.filters, filters))
  const counts = useQuery(summary(organization, {})).data?.data.attributes
  const keep = (views: readonly View[]) => setAll({ ...all, [organization]: views })
  const isOwn = open !== undefined && saved.includes(open)
  const tabs = [...STANDING, ...saved].map((view) => ({
    title: view.name,
    to: addresses.workspaces(organization),
    search: view.filters,
    isActive: view === open,
    ...(counts && view.name === 'Needs attention' && { count: count(countOf(ATTENTION, counts['by-status'])) }),
  }))
  const end = isOwn ? (
    <IconButton icon="trash" label={`Delete the view ${open.name}`} onClick={() => keep(saved.filter((view) => view !== open))} />
  ) : open === undefined ? (
    <SaveView onSave={(name) => keep([...saved.filter((view) => view.name !== name), { name, filters }])} />
  ) : undefined
  return <Tabs label="Saved views" tabs={tabs} end={end} />
}

function SaveView({ onSave }: { onSave: (name: string) => void }) {
  const [name, setName] = useState('')
  return (
    <Popover
      label="Save as a view"
      trigger={
        <Button look="quiet" size="sm" icon="plus">
          Save as a view
        </Button>
      }
    >
      {(close) => (
        <form
          className={styles.viewName}
          onSubmit={(event) => {
            event.preventDefault()
            if (name.trim() === '') return
            onSave(name.trim())
            close()
          }}
        >
          <TextInput label="Name of the view" isSmall autoFocus value={name} onChange={setName} placeholder="Production" />
          <Button type="submit" size="sm">
            Save
          </Button>
        </form>
      )}
    </Popover>
  )
}

function isSame(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const text = (filters: Readonly<Record<string, string>>) => JSON.stringify(Object.entries(filters).toSorted())
  return text(left) === text(right)
}
