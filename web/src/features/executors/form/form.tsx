// The form of an executor: which module, with which values, and how it runs. For a new one and for one that is there.
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useSettled } from '@/lib/delayed'
import { Checkbox } from '@/ui/choice'
import { Combobox, MultiSelect } from '@/ui/combobox'
import { Command } from '@/ui/command'
import { FieldGroup } from '@/ui/field-group'
import { Fold } from '@/ui/fold'
import { Form } from '@/ui/form'
import { Split } from '@/ui/layout'
import { RefChoice } from '@/ui/ref-choice'
import { Section } from '@/ui/section'
import { Select } from '@/ui/select'
import { Textarea, TextInput } from '@/ui/text-input'
import type { FormState } from '@/ui/use-form'
import { related } from '@/api/query'
import { integrationsOf, modulesOf, type Operation, projectsOf, type SourceCode, sourceCodesOf } from '../queries'
import { OPERATIONS } from '../words'
import { commandOf } from './command'
import { Environment } from './environment'
import { problemsByVariable } from './problems'
import { type RefKind, settingsOf, type Values } from './values'
import { Variables } from './variables'

interface ExecutorFormProps {
  organization: string
  form: FormState<Values>
  /** What it was; null for a new one. */
  before: Values | null
  /** Of one that is there. */
  sourceCode?: string
  submit: string
  disabledReason: string | null
}

export function ExecutorForm({ organization, form, before, sourceCode: fixed, submit, disabledReason }: ExecutorFormProps) {
  const { values } = form
  const [sourceCodes, setTyped] = useSourceCodes(organization)
  const chosen = sourceCodes.find(({ id, attributes }) => (fixed ? id === fixed : attributes.name === values['source-code']))
  const sourceCode = fixed ?? chosen?.id ?? ''
  const found = useQuery(projectsOf(organization)).data?.data
  const projects = useMemo(() => found ?? [], [found])
  const integrations = useQuery({ ...integrationsOf(organization), retry: false }).data?.data ?? []
  const names = new Map([...projects.map(({ id, attributes }) => [id, attributes.name] as const), ...integrations.map(({ id, attributes }) => [id, attributes.name] as const)])
  const modules = useModules(sourceCode, values, before !== null)
  const problems = problemsByVariable(form.error, settingsOf(values))
  const unseen = values.integrations.filter((id) => !integrations.some((one) => one.id === id))
  return (
    <Split
      isFollowing
      aside={
        <Section title="The same from a terminal">
          <Command text={commandOf(before, values, names)} />
        </Section>
      }
    >
      <Form form={form} submit={submit} isWide disabledReason={disabledReason}>
        <TextInput label="Name" isMono placeholder="backup" {...form.field('name')} />
        {!before && (
          <Combobox
            label="Project"
            isOptional
            placeholder={projects.find(({ attributes }) => attributes['is-default'])?.attributes.name ?? 'default'}
            help="Says who may run it, and whose yes it needs. It never changes."
            options={projects.map(({ id, attributes }) => ({ value: id, text: attributes.name }))}
            {...form.field('project')}
            error={form.problems['project-id']}
          />
        )}
        <FieldGroup title="What it runs">
          <Combobox
            label="Source code"
            isMono
            name="source-code"
            value={values['source-code']}
            onChange={(name) => form.set({ 'source-code': name, ref: '', directory: '' })}
            onSearch={setTyped}
            options={sourceCodes.map(({ attributes }) => ({ value: attributes.name, detail: attributes.repository, icon: 'file' as const }))}
            error={form.problems['source-code']}
            disabledReason={before ? 'It never changes. Make another executor for another module.' : null}
          />
          <RefFields form={form} repository={chosen ? related(chosen, 'repository') : ''} />
          <Directory form={form} modules={modules ?? []} isThere={before !== null} />
        </FieldGroup>
        <Variables sourceCode={isModule(modules, values.directory) ? sourceCode : ''} values={values} onChange={form.set} problemAt={(key) => problems.get(key)} />
        <Environment rows={values.environment} onChange={(environment) => form.set({ environment })} />
        <FieldGroup title="How it runs">
          <Select
            label="A run does"
            options={(['plan-and-apply', 'plan', 'refresh'] as const).map((value: Operation) => ({ value, text: OPERATIONS[value] }))}
            help="What is started may say something else; destroying is never the rule."
            {...form.field('operation')}
          />
          <Checkbox label="Apply plans without a further yes" help="Where no rule wants anybody’s approval." {...form.field('auto')} />
          <MultiSelect
            label="Integrations"
            isOptional
            placeholder="none"
            help="Its runs sign in with them; those that you may use."
            options={[...integrations.map(({ id, attributes }) => ({ value: id, text: attributes.name, detail: attributes.kind, icon: 'plug' as const })), ...unseen.map((id) => ({ value: id, text: 'one that you do not see' }))]}
            {...form.field('integrations')}
          />
          <More form={form} isThere={before !== null} />
        </FieldGroup>
        <FieldGroup title="About it">
          <TextInput label="Description" isOptional {...form.field('description')} help="What it is for, in a sentence." />
          <MultiSelect
            label="Labels"
            isOptional
            isMono
            createLabel="New label"
            placeholder="team=platform"
            options={values.labels.map((value) => ({ value }))}
            {...form.field('labels')}
          />
        </FieldGroup>
      </Form>
    </Split>
  )
}

function RefFields({ form, repository }: { form: FormState<Values>; repository: string }) {
  const { kind, ref } = form.values
  const error = form.problems['ref'] ?? form.problems[kind]
  const only = kind === 'tag' ? 'tag' : 'branch'
  return (
    <>
      <Select<RefKind>
        label="At a"
        value={kind}
        onChange={(next) => form.set({ kind: next, ref: '' })}
        help={kind === 'branch' ? 'Each run takes the commit that the branch is on then.' : undefined}
        options={[
          { value: 'tag', text: 'Tag' },
          { value: 'branch', text: 'Branch' },
          { value: 'commit', text: 'Commit' },
        ]}
      />
      {repository && kind !== 'commit' ? (
        <RefChoice
          key={`${repository} ${kind}`}
          repository={repository}
          value={ref}
          onChange={(next) => form.set({ ref: next })}
          only={only}
          placeholder={kind === 'tag' ? 'v1.0.0' : 'main'}
          label={kind === 'tag' ? 'Tag' : 'Branch'}
          isLabelHidden={false}
          error={error}
        />
      ) : (
        <TextInput label={kind === 'commit' ? 'Commit' : kind === 'tag' ? 'Tag' : 'Branch'} isMono value={ref} onChange={(next) => form.set({ ref: next })} error={error} name="ref" />
      )}
    </>
  )
}

/** Directories with a module, of a new executor at a tag or a branch; undefined where they are not known. */
function useModules(sourceCode: string, { kind, ref }: Values, isThere: boolean): readonly string[] | undefined {
  const isKnown = sourceCode !== '' && kind !== 'commit' && ref !== '' && !isThere
  const found = useQuery({ ...modulesOf(sourceCode, ref.trim()), enabled: isKnown, retry: false })
  if (found.isLoading) return []
  return found.data?.data.map(({ attributes }) => attributes.directory)
}

/** Whether its variables can be asked for. */
function isModule(modules: readonly string[] | undefined, directory: string): boolean {
  return modules === undefined || modules.includes(directory.trim())
}

function Directory({ form, modules, isThere }: { form: FormState<Values>; modules: readonly string[]; isThere: boolean }) {
  return (
    <Combobox
      label="Directory"
      isOptional
      isMono
      createLabel="Directory"
      placeholder="the top"
      options={[...new Set([...modules, form.values.directory])].filter(Boolean).map((value) => ({ value, icon: 'folder' as const }))}
      help="Of the module. It never changes."
      disabledReason={isThere ? 'It never changes.' : null}
      {...form.field('directory')}
    />
  )
}

function More({ form, isThere }: { form: FormState<Values>; isThere: boolean }) {
  const { values } = form
  const isUsed = values['engine-version'] !== '' || values.engine !== 'opentofu' || values['target-addrs'] !== '' || values['replace-addrs'] !== ''
  return (
    <Fold title="Engine, and only some resources" isOpen={isUsed}>
      <Select
        label="Engine"
        options={[
          { value: 'opentofu', text: 'OpenTofu' },
          { value: 'terraform', text: 'Terraform' },
        ]}
        disabledReason={isThere ? 'It never changes.' : null}
        {...form.field('engine')}
      />
      <TextInput label="Engine version" isOptional isMono placeholder="~> 1.12" help="A constraint; any without one." {...form.field('engine-version')} />
      <Textarea label="Targets" isOptional isMono rows={2} placeholder="module.database" help="Only these and what they need; one address a line." {...form.field('target-addrs')} />
      <Textarea label="Replace" isOptional isMono rows={2} placeholder="random_password.key" help="Destroyed and made anew, each time." {...form.field('replace-addrs')} />
    </Fold>
  )
}

function useSourceCodes(organization: string) {
  const [typed, setTyped] = useState('')
  const search = useSettled(typed, 200)
  const { data } = useQuery({ ...sourceCodesOf(organization, search), placeholderData: (before) => before })
  return [(data?.data ?? []) as readonly SourceCode[], setTyped] as const
}
