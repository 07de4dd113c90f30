// A new version of a template: of which source code, at which tag, branch or commit, of which directory.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call, get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useSettled } from '@/lib/delayed'
import { Button } from '@/ui/button'
import { Combobox } from '@/ui/combobox'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { RefChoice } from '@/ui/ref-choice'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { quoted } from '../commands'
import { modulesOf, repositoryOf, type SourceCode } from '../queries'
import { staleVersions } from './queries'

interface NewVersionProps {
  organization: string
  template: { readonly id: string; readonly key: string }
  onClose: () => void
}

/** Mounted while it is open. */
export function NewVersion(props: NewVersionProps) {
  return (
    <Dialog isOpen onClose={props.onClose} title={`New version of ${props.template.key}`} size="md">
      <Fields {...props} />
    </Dialog>
  )
}

type Kind = 'tag' | 'branch' | 'commit'

function Fields({ organization, template, onClose }: NewVersionProps) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const form = useForm<{ 'source-code': string; kind: Kind; ref: string; directory: string; description: string }, { data: { id: string } }>({
    initial: { 'source-code': '', kind: 'tag', ref: '', directory: '', description: '' },
    submit: ({ kind, ref, 'source-code': sourceCode, directory, description }) =>
      call('post', '/api/v2/organizations/{organization}/source-code-versions', {
        params: { path: { organization } },
        body: {
          data: {
            type: 'source-code-versions',
            attributes: { template: template.key, 'source-code': sourceCode, [kind]: ref.trim(), directory: directory.trim(), description: description.trim() },
          },
        },
      }),
    onDone: ({ data }) => {
      for (const queryKey of staleVersions) void queries.invalidateQueries({ queryKey })
      void navigate({ to: addresses.templateVersion(organization, template.id, data.id) })
    },
  })
  const { values, problems } = form
  const [sourceCodes, setTyped] = useSourceCodes(organization)
  const chosen = sourceCodes.find(({ attributes }) => attributes.name === values['source-code'])
  const modules = useQuery({ ...modulesOf(chosen?.id ?? '', values.ref || undefined), enabled: chosen !== undefined && values.kind !== 'commit', retry: false }).data?.data ?? []
  const refError = problems['ref'] ?? problems[values.kind]
  return (
    <Form
      form={form}
      isWide
      submit="Make version"
      beside={
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      }
      command={`slipway source-code-version create ${template.key} --source-code ${quoted(values['source-code'] || 'NAME')} --${values.kind} ${quoted(values.ref || 'REF')}${values.directory ? ` --directory ${quoted(values.directory)}` : ''}`}
    >
      <Combobox
        label="Source code"
        isMono
        name="source-code"
        value={values['source-code']}
        onChange={(name) => form.set({ 'source-code': name, ref: '', directory: '' })}
        onSearch={setTyped}
        options={sourceCodes.map(({ attributes }) => ({ value: attributes.name, detail: attributes.repository, icon: 'file' as const }))}
        error={problems['source-code']}
      />
      <Select
        label="At a"
        value={values.kind}
        onChange={(kind) => form.set({ kind, ref: '' })}
        options={[
          { value: 'tag', text: 'Tag' },
          { value: 'branch', text: 'Branch' },
          { value: 'commit', text: 'Commit' },
        ]}
      />
      {chosen && values.kind !== 'commit' ? (
        <RefChoice
          key={`${chosen.id} ${values.kind}`}
          repository={repositoryOf(chosen)}
          value={values.ref}
          onChange={(ref) => form.set({ ref })}
          only={values.kind}
          placeholder={values.kind === 'tag' ? 'v1.0.0' : 'main'}
          label={values.kind === 'tag' ? 'Tag' : 'Branch'}
          isLabelHidden={false}
          error={refError}
        />
      ) : (
        <TextInput label={values.kind === 'commit' ? 'Commit' : 'Name'} isMono value={values.ref} onChange={(ref) => form.set({ ref })} error={refError} name="ref" />
      )}
      <Combobox
        label="Directory"
        isOptional
        isMono
        name="directory"
        value={values.directory}
        onChange={(directory) => form.set({ directory })}
        createLabel="Directory"
        options={modules.map(({ attributes }) => ({ value: attributes.directory, text: attributes.directory || 'the top', icon: 'folder' as const })).filter(({ value }) => value !== '')}
        help="Of the module; the top without one."
        error={problems['directory']}
      />
      <TextInput label="Description" isOptional {...form.field('description')} />
    </Form>
  )
}

function useSourceCodes(organization: string) {
  const [typed, setTyped] = useState('')
  const search = useSettled(typed, 200)
  const query = { ...(search && { 'search[text]': search }), 'page[size]': 50 }
  const { data } = useQuery({
    ...get('/api/v2/organizations/{organization}/source-codes', { params: { path: { organization }, query } }),
    placeholderData: (before) => before,
  })
  return [(data?.data ?? []) as readonly SourceCode[], setTyped] as const
}
