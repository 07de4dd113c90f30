// The inputs for a workspace's settings, for a new one and for one that is.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Checkbox, Radio } from '@/ui/choice'
import { Combobox, MultiSelect } from '@/ui/combobox'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import type { FormState } from '@/ui/use-form'
import { pools, project, projects } from '../queries'
import type { SettingsValues } from './values'

interface FieldProps {
  form: FormState<SettingsValues>
  organization: string
  /** Why nothing can be changed. */
  disabledReason?: string | null
}

export function ProjectField({ form, organization, disabledReason }: FieldProps) {
  const [search, setSearch] = useState('')
  const found = useQuery(projects(organization, search))
  const chosen = form.values.project
  const isListed = found.data?.data.some(({ id }) => id === chosen) ?? true
  const own = useQuery({ ...project(chosen), enabled: chosen !== '' && !isListed })
  // Only where the caller may put a workspace, besides where it is.
  const open = (found.data?.data ?? []).filter(({ id, attributes }) => id === chosen || attributes.permissions['can-create-workspace'])
  const all = [...open, ...(own.data && !isListed ? [own.data.data] : [])]
  return (
    <Combobox
      label="Project"
      help="Projects decide who may do what, and which variable sets apply."
      placeholder={all.find(({ attributes }) => attributes['is-default'])?.attributes.name ?? 'default'}
      options={all.map(({ id, attributes }) => ({
        value: id,
        text: attributes.name,
        icon: 'project',
        ...(attributes.description && { detail: attributes.description }),
      }))}
      onSearch={setSearch}
      isLoading={found.isFetching}
      disabledReason={disabledReason}
      {...form.field('project')}
    />
  )
}

export function DescriptionField({ form, disabledReason }: FieldProps) {
  return <TextInput label="Description" isOptional disabledReason={disabledReason} help="What it is for, in a sentence." {...form.field('description')} />
}

/** Tags as `env=prod`; any can be made. */
export function TagsField({ form, disabledReason }: FieldProps) {
  return (
    <MultiSelect
      label="Tags"
      isOptional
      isMono
      createLabel="New tag"
      placeholder="env=prod"
      help="Keys with or without a value. Variable sets can apply by them, and the list can be filtered by them."
      options={form.values.tags.map((value) => ({ value }))}
      disabledReason={disabledReason}
      {...form.field('tags')}
    />
  )
}

export function EngineFields({ form, disabledReason }: FieldProps) {
  return (
    <>
      <Select
        label="Engine"
        options={[
          { value: 'opentofu', text: 'OpenTofu' },
          { value: 'terraform', text: 'Terraform' },
        ]}
        disabledReason={disabledReason}
        {...form.field('engine')}
      />
      <TextInput
        label="Engine version"
        isMono
        help="A version or a constraint, as ~> 1.12; latest for the newest that the runners have."
        disabledReason={disabledReason}
        {...form.field('terraform-version')}
      />
      <TextInput
        label="Working directory"
        isOptional
        isMono
        placeholder="live/prod"
        help="The directory of the configuration that runs start in; empty for its top."
        disabledReason={disabledReason}
        {...form.field('working-directory')}
      />
    </>
  )
}

export function ExecutionFields({ form, organization, disabledReason }: FieldProps) {
  const known = useQuery(pools(organization)).data?.data ?? []
  const noPool = known.length === 0 ? 'The organization has no pool of runners that you may see.' : null
  return (
    <>
      <Radio
        label="Runs happen"
        options={[
          { value: 'remote', label: "On the organization's runners", help: 'Nothing to set up.', disabledReason },
          {
            value: 'agent',
            label: 'On a pool of runners',
            help: 'Your own machines, with their network and their identity.',
            disabledReason: disabledReason ?? noPool,
          },
          { value: 'local', label: 'Elsewhere', help: 'The workspace keeps the state only; no run starts here.', disabledReason },
        ]}
        {...form.field('execution-mode')}
      />
      {form.values['execution-mode'] === 'agent' && (
        <Combobox
          label="Pool"
          options={known.map(({ id, attributes }) => ({
            value: id,
            text: attributes.name,
            icon: 'runner',
            detail: attributes['agent-count'] === 1 ? '1 runner' : `${attributes['agent-count']} runners`,
          }))}
          disabledReason={disabledReason}
          {...form.field('agent-pool')}
        />
      )}
    </>
  )
}

export function RunFields({ form, disabledReason }: FieldProps) {
  return (
    <>
      <Checkbox
        label="Apply without asking"
        help="A plan with changes is applied at once. Nobody looks at it before."
        disabledReason={disabledReason}
        {...form.field('auto-apply')}
      />
      <Checkbox
        label="Allow destroy runs"
        help="Runs that destroy everything that the workspace manages. Off, nobody can start one."
        disabledReason={disabledReason}
        {...form.field('allow-destroy-plan')}
      />
      <Checkbox
        label="Share the state with every workspace"
        help="Every workspace of the organization may read its outputs as remote state."
        disabledReason={disabledReason}
        {...form.field('global-remote-state')}
      />
    </>
  )
}
