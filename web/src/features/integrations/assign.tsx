// Gives an integration to runs of a workspace, of a project, or to all.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get, type Schema } from '@/api/query'
import { Radio } from '@/ui/choice'
import { Combobox } from '@/ui/combobox'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Select } from '@/ui/select'
import { useForm } from '@/ui/use-form'
import { placeFlag, quoted } from './commands'
import type { Integration } from './values'

interface AssignProps {
  organization: string
  integration: Integration
  onClose: () => void
  onDone: () => void
}

type Place = 'workspace' | 'project' | 'organization'

/** A dialog; mounted while it is open. */
export function Assign({ organization, integration, onClose, onDone }: AssignProps) {
  const [typed, setTyped] = useState('')
  const { data: own } = useQuery(get('/api/v2/organizations/{organization}', { params: { path: { organization } } }))
  const form = useForm({
    initial: { place: 'workspace' as Place, target: '', phases: 'both' as Schema<'AssignedPhases'> },
    check: ({ place, target }) => (place !== 'organization' && target === '' ? { target: `Choose the ${place}.` } : {}),
    submit: ({ place, target, phases }) => {
      const id = place === 'organization' ? (own?.data.attributes['external-id'] ?? '') : target
      return call('put', '/api/v2/integrations/{integration}/assignments/{target}', {
        params: { path: { integration: integration.id, target: id } },
        body: { data: { type: 'integration-assignments', attributes: { phases } } },
      })
    },
    onDone: () => {
      onDone()
      onClose()
    },
  })
  const { place, target, phases } = form.values
  const search = { 'page[size]': 50, ...(typed !== '' && { 'search[name]': typed }) }
  const workspaces = useQuery({
    ...get('/api/v2/organizations/{organization}/workspaces', { params: { path: { organization }, query: search } }),
    enabled: place === 'workspace',
    placeholderData: (seen) => seen,
  })
  const projects = useQuery({
    ...get('/api/v2/organizations/{organization}/projects', { params: { path: { organization }, query: search } }),
    enabled: place === 'project',
    placeholderData: (seen) => seen,
  })
  const found = place === 'project' ? projects : workspaces
  const rows = (found.data?.data ?? []) as readonly { id: string; attributes: { name: string } }[]
  const name = rows.find(({ id }) => id === target)?.attributes.name ?? 'NAME'
  const command = [`slipway integration assign ${quoted(integration.attributes.name)}`, placeFlag(place, name), phases !== 'both' && `--phase ${phases}`]
  return (
    <Dialog isOpen onClose={onClose} title={`Give ${integration.attributes.name} to runs`} size="md">
      <Form form={form} submit="Give it" isWide command={command.filter(Boolean).join(' ')}>
        <Radio
          label="Runs of"
          name="place"
          value={place}
          onChange={(to) => form.set({ place: to, target: '' })}
          options={[
            { value: 'workspace', label: 'One workspace' },
            { value: 'project', label: 'A project', help: 'All its workspaces, also those that are made later.' },
            { value: 'organization', label: `All of ${organization}` },
          ]}
        />
        {place !== 'organization' && (
          <Combobox
            label={place === 'project' ? 'Project' : 'Workspace'}
            onSearch={setTyped}
            isLoading={found.isFetching}
            options={rows.map(({ id, attributes }) => ({ value: id, text: attributes.name, icon: place }))}
            {...form.field('target')}
          />
        )}
        <Select
          label="For"
          options={[
            { value: 'both', text: 'Plan and apply' },
            { value: 'plan', text: 'Plan only' },
            { value: 'apply', text: 'Apply only' },
          ]}
          help="Give a reading one to plans and a writing one to applies, and a plan can break nothing."
          {...form.field('phases')}
        />
      </Form>
    </Dialog>
  )
}
