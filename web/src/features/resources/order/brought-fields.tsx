// Where the state is of what is running already.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSettled } from '@/lib/delayed'
import { Checkbox, Radio } from '@/ui/choice'
import { Combobox } from '@/ui/combobox'
import { FieldGroup } from '@/ui/field-group'
import { FileInput } from '@/ui/file-input'
import { TextInput } from '@/ui/text-input'
import { workspacesOf } from '../queries'
import type { Brought } from './brought'

interface BroughtFieldsProps {
  organization: string
  value: Brought
  onChange: (value: Brought) => void
  /** What is wrong at a place within the attributes: `import/state`. */
  problemAt: (place: string) => string | undefined
}

export function BroughtFields({ organization, value, onChange, problemAt }: BroughtFieldsProps) {
  const put = (changes: Partial<Brought>) => onChange({ ...value, ...changes })
  const destroys = problemAt('import/allow-destroy')
  return (
    <FieldGroup title="What is running">
      <Radio
        label="Its state is"
        name="import-from"
        value={value.from}
        onChange={(from) => put({ from })}
        error={problemAt('import')}
        options={[
          { value: 'file', label: 'In a file', help: 'What tofu state pull prints.' },
          {
            value: 'workspace',
            label: `In a workspace of ${organization}`,
            help: 'Its state is copied. The workspace stays, and is locked, so that no two manage the same things.',
          },
        ]}
      />
      {value.from === 'file' ? (
        <FileInput label="State file" value={value.file} onChange={(file) => put({ file })} error={problemAt('import/state')} />
      ) : (
        <WorkspaceField organization={organization} value={value.workspace} onChange={(workspace) => put({ workspace })} error={problemAt('import/from-workspace')} />
      )}
      <TextInput
        label="Call of the module"
        isOptional
        isMono
        placeholder="module.network"
        help="Where the state is of a configuration that calls the module: only what is below the call is taken."
        value={value.module}
        onChange={(module) => put({ module })}
        error={problemAt('import/module')}
      />
      {(destroys || value.allowsDestroy) && (
        <Checkbox
          label="Destroy what the state has and the module does not"
          help="The plan names all of it, and waits for a yes."
          value={value.allowsDestroy}
          onChange={(allowsDestroy) => put({ allowsDestroy })}
          error={destroys}
        />
      )}
    </FieldGroup>
  )
}

interface WorkspaceFieldProps {
  organization: string
  value: string
  onChange: (value: string) => void
  error: string | undefined
}

function WorkspaceField({ organization, value, onChange, error }: WorkspaceFieldProps) {
  const [text, setText] = useState('')
  const { data, isFetching } = useQuery({ ...workspacesOf(organization, useSettled(text, 200)), placeholderData: (before) => before })
  const own = data?.data.filter(({ attributes }) => !attributes['managed-by']) ?? []
  return (
    <Combobox
      label="Workspace"
      isMono
      help="You need to be allowed to read its state and to lock it, and no run of it may go on."
      options={own.map(({ attributes }) => ({ value: attributes.name, icon: attributes.locked ? 'lock' : 'workspace', detail: attributes.locked ? 'locked' : resources(attributes['resource-count']) }))}
      onSearch={setText}
      isLoading={isFetching}
      value={value}
      onChange={onChange}
      error={error}
    />
  )
}

const resources = (count: number) => (count === 0 ? 'no resources' : count === 1 ? '1 resource' : `${count} resources`)
