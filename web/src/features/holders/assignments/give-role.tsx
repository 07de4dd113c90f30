// Gives a role somewhere.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get, type ResourceOf, stale } from '@/api/query'
import { useSettled } from '@/lib/delayed'
import { Radio } from '@/ui/choice'
import { Combobox } from '@/ui/combobox'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Select } from '@/ui/select'
import { useForm } from '@/ui/use-form'
import type { Place, Subject } from './subject'

interface GiveRoleProps {
  organization: string
  subject: Subject
  roles: readonly ResourceOf<'Role'>[]
  onClose: () => void
}

/** A dialog; mounted while it is open. */
export function GiveRole({ organization, subject, roles, onClose }: GiveRoleProps) {
  const queries = useQueryClient()
  const [sought, setSought] = useState('')
  const form = useForm({
    initial: { role: 'read', place: 'organization' as Place, scope: '' },
    check: ({ place, scope }) => (place !== 'organization' && !scope ? { scope: `Choose the ${place}.` } : {}),
    submit: ({ role, place, scope }) =>
      call('post', '/api/v2/organizations/{organization}/role-assignments', {
        params: { path: { organization } },
        body: {
          data: {
            type: 'role-assignments',
            attributes: { role, subject: subject.id, scope: place === 'organization' ? organization : scope },
          },
        },
      }),
    onDone: () => {
      void queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/role-assignments') })
      onClose()
    },
  })
  const { role, place, scope } = form.values
  const places = usePlaces(organization, place, sought)
  const chosen = roles.find(({ attributes }) => attributes.name === role)
  const name = places.find(({ value }) => value === scope)?.text ?? scope
  const where = place === 'organization' ? '' : ` --in-${place} ${name || place.toUpperCase()}`
  return (
    <Dialog isOpen onClose={onClose} title={`Give ${subject.name} a role`} size="md">
      <Form form={form} submit="Give role" isWide command={`slipway role assign ${role} --to ${subject.name}${where}`}>
        <Select
          label="Role"
          {...form.field('role')}
          options={roles.map(({ attributes }) => ({ value: attributes.name as string, text: attributes.name }))}
          help={chosen ? `Holders can ${lowered(chosen.attributes.description)}` : undefined}
        />
        <Radio
          label="Where"
          name="place"
          value={place}
          onChange={(value) => form.set({ place: value, scope: '' })}
          options={[
            { value: 'organization', label: `In the whole organization ${organization}`, help: 'Also in what is made later.' },
            { value: 'project', label: 'In a project', help: 'And in all workspaces of it.' },
            { value: 'workspace', label: 'In one workspace' },
          ]}
        />
        {place !== 'organization' && (
          <Combobox
            label={place === 'project' ? 'Project' : 'Workspace'}
            {...form.field('scope')}
            options={places}
            onSearch={setSought}
            placeholder="Type a part of the name"
          />
        )}
      </Form>
    </Dialog>
  )
}

/** Projects or workspaces with `sought` in their names. */
function usePlaces(organization: string, place: Place, sought: string) {
  const text = useSettled(sought, 200)
  const params = { path: { organization }, query: { 'page[size]': 50, ...(text && { 'search[name]': text }) } }
  const projects = useQuery({
    ...get('/api/v2/organizations/{organization}/projects', { params }),
    enabled: place === 'project',
    placeholderData: (before) => before,
  })
  const workspaces = useQuery({
    ...get('/api/v2/organizations/{organization}/workspaces', { params }),
    enabled: place === 'workspace',
    placeholderData: (before) => before,
  })
  const found = (place === 'project' ? projects.data?.data : place === 'workspace' ? workspaces.data?.data : undefined) ?? []
  return found.map(({ id, attributes }) => ({ value: id, text: attributes.name as string, icon: place as 'project' | 'workspace' }))
}

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
