// Whom and where one asks about.
import { useQuery } from '@tanstack/react-query'
import { get } from '@/api/query'
import { useState } from 'react'
import { useSettled } from '@/lib/delayed'
import { Combobox, type ComboboxOption } from '@/ui/combobox'
import { Select } from '@/ui/select'
import styles from './access.module.css'

type Place = 'organization' | 'project' | 'workspace'

interface AccessQuestionProps {
  organization: string
  subject: string
  self: { readonly id: string; readonly name: string }
  place: 'project' | 'workspace' | undefined
  scope: string | undefined
  seesOthers: boolean
  onChange: (changes: {
    subject?: string | undefined
    place?: 'project' | 'workspace' | undefined
    scope?: string | undefined
  }) => void
}

export function AccessQuestion({ organization, subject, self, place, scope, seesOthers, onChange }: AccessQuestionProps) {
  const subjects = useSubjects(organization, seesOthers)
  const [sought, setSought] = useState('')
  const places = usePlaces(organization, place, sought)
  const known = subjects.some(({ value }) => value === self.id)
  return (
    <div className={styles.question}>
      <Combobox
        label="Who"
        value={subject}
        onChange={(value) => onChange({ subject: value || undefined })}
        options={known ? subjects : [{ value: self.id, text: self.name, icon: 'user', detail: 'you' }, ...subjects]}
        disabledReason={seesOthers ? null : 'You see your own. It takes organization.access.read to see others.'}
      />
      <Select<Place>
        label="Where"
        value={place ?? 'organization'}
        onChange={(value) => onChange({ place: value === 'organization' ? undefined : value, scope: undefined })}
        options={[
          { value: 'organization', text: 'Whole organization' },
          { value: 'project', text: 'Project' },
          { value: 'workspace', text: 'Workspace' },
        ]}
      />
      {place && (
        <Combobox
          label={place === 'project' ? 'Project' : 'Workspace'}
          value={scope ?? ''}
          onChange={(value) => onChange({ scope: value || undefined })}
          options={places}
          onSearch={setSought}
          placeholder="Type a part of the name"
        />
      )}
    </div>
  )
}

/** People, teams and programs that roles can be given to. */
function useSubjects(organization: string, isOn: boolean): readonly ComboboxOption[] {
  const path = { organization }
  const all = { path, query: { 'page[size]': 100 } }
  const members = useQuery({
    ...get('/api/v2/organizations/{organization}/organization-memberships', {
      params: { path, query: { 'page[size]': 100, 'filter[status]': 'active' } },
    }),
    enabled: isOn,
  })
  const teams = useQuery({ ...get('/api/v2/organizations/{organization}/teams', { params: all }), enabled: isOn })
  const accounts = useQuery({ ...get('/api/v2/organizations/{organization}/service-accounts', { params: all }), enabled: isOn })
  return [
    ...(members.data?.data ?? []).flatMap((member) => {
      const link = member.relationships?.['user']?.data
      const value = link && !Array.isArray(link) ? link.id : null
      return value ? [{ value, text: member.attributes.username as string, icon: 'user' as const, detail: member.attributes.email }] : []
    }),
    ...(teams.data?.data ?? []).map(({ id, attributes }) => ({ value: id, text: attributes.name as string, icon: 'team' as const, detail: 'team' })),
    ...(accounts.data?.data ?? []).map(({ id, attributes }) => ({
      value: id,
      text: attributes.name as string,
      icon: 'bot' as const,
      detail: 'service account',
    })),
  ]
}

function usePlaces(organization: string, place: 'project' | 'workspace' | undefined, sought: string): readonly ComboboxOption[] {
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
  return found.map(({ id, attributes }) => ({ value: id, text: attributes.name as string, icon: place ?? 'project' }))
}
