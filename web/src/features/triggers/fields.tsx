// The inputs of a workspace's source.
import { useQuery } from '@tanstack/react-query'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Checkbox, Radio } from '@/ui/choice'
import { Combobox, MultiSelect } from '@/ui/combobox'
import { Fieldset } from '@/ui/field'
import { Link } from '@/ui/link'
import { TextInput } from '@/ui/text-input'
import type { FormState } from '@/ui/use-form'
import type { Repository } from './queries'
import type { SourceValues } from './values'

interface FieldsProps {
  form: FormState<SourceValues>
}

interface RepositoryFieldProps extends FieldsProps {
  organization: string
  known: readonly Repository[]
  current: { readonly id: string; readonly name: string } | null
  isLoading: boolean
  onSearch: (text: string) => void
}

export function RepositoryField({ form, organization, known, current, isLoading, onSearch }: RepositoryFieldProps) {
  const others = known.map(({ id, attributes }) => ({ value: id, text: attributes['full-name'], icon: 'branch' as const }))
  const isListed = current === null || others.some(({ value }) => value === current.id)
  return (
    <Combobox
      label="Repository"
      options={isListed ? others : [{ value: current.id, text: current.name, icon: 'branch' }, ...others]}
      onSearch={onSearch}
      isLoading={isLoading}
      placeholder="platform/infra"
      help={
        <>
          One that is connected. <Link to={`${addresses.repositories(organization)}/connect`}>Connect another one</Link>
        </>
      }
      {...form.field('repository')}
    />
  )
}

export function FollowFields({ form }: FieldsProps) {
  const { values } = form
  const branches = useQuery({
    ...get('/api/v2/repositories/{repository}/branches', { params: { path: { repository: values.repository }, query: { 'page[size]': 100 } } }),
    enabled: values.repository !== '',
    retry: false,
  }).data?.data
  const offered = (branches ?? []).map(({ attributes }) => ({ value: attributes.name, ...(attributes['is-default'] && { detail: 'default' }) }))
  const isKnown = values.branch === '' || offered.some(({ value }) => value === values.branch)
  return (
    <>
      <Radio
        label="Runs start at"
        options={[
          { value: 'branch', label: 'Pushes to a branch' },
          { value: 'tags', label: 'Tags', help: 'For releases. Pushes to branches start nothing then.' },
        ]}
        {...form.field('follows')}
      />
      {values.follows === 'branch' ? (
        <Combobox
          label="Branch"
          isOptional
          isMono
          createLabel="Branch"
          placeholder="the default one"
          options={isKnown ? offered : [{ value: values.branch }, ...offered]}
          {...form.field('branch')}
        />
      ) : (
        <TextInput label="Tags" isMono placeholder="v\d+\.\d+\.\d+" help="A regular expression that the tag’s name matches." {...form.field('tags-regex')} />
      )}
      <TextInput
        label="Directory"
        isOptional
        isMono
        placeholder="live/prod"
        help="The directory of the repository that runs start in; empty for its top."
        {...form.field('working-directory')}
      />
      <Fieldset legend="Fetch as well">
        <Checkbox label="Submodules" {...form.field('ingress-submodules')} />
        <Checkbox label="Large files (Git LFS)" {...form.field('large-files')} />
      </Fieldset>
    </>
  )
}

export function PatternFields({ form }: FieldsProps) {
  const { values } = form
  return (
    <>
      <Radio
        label="Commits that count"
        name="file-triggers-enabled"
        value={values['file-triggers-enabled'] ? 'some' : 'all'}
        onChange={(which) => form.set({ 'file-triggers-enabled': which === 'some' })}
        options={[
          { value: 'some', label: 'Those that concern it', help: 'They change its directory, or local modules and files that its code refers to.' },
          { value: 'all', label: 'Every one' },
        ]}
      />
      {values['file-triggers-enabled'] && (
        <>
          <MultiSelect
            label="Only files like these"
            isOptional
            isMono
            createLabel="Pattern"
            placeholder="live/prod/**/*.tf"
            help="Globs, in place of its own directory: * within a name, ** over directories. What its code refers to counts always."
            options={values['trigger-patterns'].map((value) => ({ value }))}
            {...form.field('trigger-patterns')}
          />
          <MultiSelect
            label="Directories beside its own"
            isOptional
            isMono
            createLabel="Directory"
            placeholder="modules/network"
            options={values['trigger-prefixes'].map((value) => ({ value }))}
            {...form.field('trigger-prefixes')}
          />
        </>
      )}
    </>
  )
}

export function PullRequestFields({ form }: FieldsProps) {
  const isPlanned = form.values['speculative-enabled']
  return (
    <>
      <Checkbox
        label="Plan pull requests"
        help="The result of the merge is planned, and told in the pull request: one comment for all workspaces, and a status."
        {...form.field('speculative-enabled')}
      />
      {isPlanned && (
        <>
          <Radio
            label="Changes of a pull request are applied"
            options={[
              { value: 'after-merge', label: 'After it is merged', help: 'The push to the branch starts the run.' },
              {
                value: 'before-merge',
                label: 'Before it is merged',
                help: 'By the comment slipway apply, which locks the workspace until the pull request is merged or closed.',
              },
            ]}
            {...form.field('apply-policy')}
          />
          <Radio
            label="Pull requests from forks"
            options={[
              { value: 'ask', label: 'Wait for a permitted person', help: 'Planned without secrets, once somebody wrote slipway allow.' },
              { value: 'never', label: 'Start nothing' },
            ]}
            {...form.field('fork-policy')}
          />
        </>
      )}
    </>
  )
}
