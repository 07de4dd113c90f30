// Puts members of the organization into a team.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get, type ResourceOf } from '@/api/query'
import { useSettled } from '@/lib/delayed'
import { MultiSelect } from '@/ui/combobox'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { useForm } from '@/ui/use-form'

interface AddToTeamProps {
  organization: string
  team: ResourceOf<'Team'>
  /** Ids of those who are in it already. */
  present: readonly string[]
  onChanged: () => void
  onClose: () => void
}

/** A dialog; mounted while it is open. */
export function AddToTeam({ organization, team, present, onChanged, onClose }: AddToTeamProps) {
  const [sought, setSought] = useState('')
  const text = useSettled(sought, 200)
  const found = useQuery({
    ...get('/api/v2/organizations/{organization}/organization-memberships', {
      params: { path: { organization }, query: { 'page[size]': 50, 'filter[status]': 'active', ...(text && { q: text }) } },
    }),
    placeholderData: (before) => before,
  })
  // Somebody who was picked stays shown by name when another search does not find them.
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map())
  const options = (found.data?.data ?? []).flatMap((member) => {
    const link = member.relationships?.['user']?.data
    const id = link && !Array.isArray(link) ? link.id : null
    const name = member.attributes.username
    return id && name && !present.includes(id) ? [{ value: id, text: name as string, detail: member.attributes.email, icon: 'user' as const }] : []
  })
  const kept = [...names].filter(([id]) => !options.some(({ value }) => value === id)).map(([value, name]) => ({ value, text: name }))
  const form = useForm({
    initial: { users: [] as readonly string[] },
    check: ({ users }) => (users.length === 0 ? { users: 'Choose somebody.' } : {}),
    submit: ({ users }) =>
      call('post', '/api/v2/teams/{team}/relationships/users', {
        params: { path: { team: team.id } },
        body: { data: users.map((id) => ({ type: 'users', id })) },
      }),
    onDone: () => {
      onChanged()
      onClose()
    },
  })
  const field = form.field('users')
  const choose = (users: readonly string[]) => {
    const all = new Map([...names, ...options.map(({ value, text: name }) => [value, name] as const)])
    setNames(new Map([...all].filter(([id]) => users.includes(id))))
    field.onChange(users)
  }
  const called = field.value.map((id) => names.get(id) ?? id).join(' ')
  return (
    <Dialog isOpen onClose={onClose} title={`Add people to ${team.attributes.name}`} size="md">
      <Form form={form} submit="Add" isWide command={`slipway team add ${team.attributes.name} ${called || 'NAME'}`}>
        <MultiSelect
          label="Who"
          {...field}
          onChange={choose}
          options={[...kept, ...options]}
          onSearch={setSought}
          isLoading={found.isFetching}
          placeholder="Type a part of a name or address"
          help="Members of the organization. You cannot add to a team that may do more than you."
        />
      </Form>
    </Dialog>
  )
}
