// What something is bound to, and what its outputs are called there: of apps and of jobs.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { get, type Schema } from '@/api/query'
import { useSettled } from '@/lib/delayed'
import { parsedNames } from '@/lib/named-outputs'
import { quoted } from '@/lib/shell'
import { Checkbox } from './choice'
import { Combobox } from './combobox'
import { Fold } from './fold'
import { Stack } from './layout'
import { Select } from './select'
import { Textarea, TextInput } from './text-input'
import type { FormState } from './use-form'

type Kind = Schema<'BindOriginKind'>

const KINDS: Readonly<Record<Kind, string>> = {
  'service-instance': 'A service instance',
  resource: 'A resource of the catalog',
  workspace: 'The outputs of a workspace',
}

export interface BindValues {
  readonly kind: Kind
  /** Its id. */
  readonly origin: string
  /** What it is called, for the command. */
  readonly 'origin-name': string
  /** `output=VARIABLE`, one in each line; empty for what it says itself. */
  readonly names: string
  readonly prefix: string
  readonly 'shows-values': boolean
}

export const UNBOUND: BindValues = { kind: 'service-instance', origin: '', 'origin-name': '', names: '', prefix: '', 'shows-values': false }

/** What is wrong with it, by field. */
export function bindProblems({ origin, names }: BindValues): Partial<Record<keyof BindValues, string>> {
  return {
    ...(!origin && { origin: 'Choose what it is bound to.' }),
    ...(parsedNames(names) === null && { names: 'Write output=VARIABLE in each line.' }),
  }
}

/** As the API takes it. */
export function boundTo({ kind, origin, names, prefix, 'shows-values': shows }: BindValues) {
  const given = parsedNames(names) ?? {}
  return {
    [kind]: origin,
    ...(Object.keys(given).length > 0 && { names: given }),
    ...(prefix.trim() && { prefix: prefix.trim() }),
    ...(shows && { 'shows-values': true }),
  }
}

/** What the command line calls it, then how. */
export function bindFlags(values: BindValues): readonly (string | false)[] {
  const shown = quoted(values['origin-name'] || 'NAME')
  return [
    { 'service-instance': shown, resource: `--resource ${shown}`, workspace: `--from-workspace ${shown}` }[values.kind],
    ...Object.entries(parsedNames(values.names) ?? {}).map(([output, variable]) => `--value-name ${quoted(`${output}=${variable}`)}`),
    values.prefix.trim() !== '' && `--prefix ${quoted(values.prefix.trim())}`,
    values['shows-values'] && '--public',
  ]
}

export function BindFields<Values extends BindValues>({ organization, form: whole }: { organization: string; form: FormState<Values> }) {
  const form = whole as unknown as FormState<BindValues>
  const [typed, setTyped] = useState('')
  const { kind } = form.values
  const options = useOrigins(organization, kind, useSettled(typed, 200))
  return (
    <>
      <Select label="To" value={kind} options={Object.entries(KINDS).map(([value, text]) => ({ value: value as Kind, text }))} onChange={(next) => form.set({ kind: next, origin: '', 'origin-name': '' })} />
      <Combobox
        label="Which"
        placeholder="Find it by its name"
        options={options}
        onSearch={setTyped}
        {...form.field('origin')}
        onChange={(origin) => form.set({ origin, 'origin-name': options.find(({ value }) => value === origin)?.text ?? '' })}
        error={form.problems['origin'] ?? form.problems[kind]}
      />
      <Fold title="Variables" about="as it says itself">
        <Stack gap={4}>
          <Textarea label="Outputs, and what they are called here" isOptional isMono rows={3} placeholder="endpoint=DATABASE_HOST" help="One in each line; without any, what the service or template says, or all of them in capitals." {...form.field('names')} />
          <TextInput label="Prefix" isOptional isMono placeholder="ORDERS_" help="Put before the name of each variable." {...form.field('prefix')} />
          <Checkbox label="Show values that are no secrets" help="To those who may see its variables." {...form.field('shows-values')} />
        </Stack>
      </Fold>
    </>
  )
}

/** What can be bound to, of a kind. */
function useOrigins(organization: string, kind: Kind, search: string): readonly { value: string; text: string }[] {
  const keep = { placeholderData: <T,>(before: T | undefined) => before, retry: false }
  const path = { organization }
  const found = { 'page[size]': 20, ...(search && { 'search[text]': search }) }
  const instances = useQuery({ ...get('/api/v2/organizations/{organization}/service-instances', { params: { path, query: { 'page[size]': 100 } } }), enabled: kind === 'service-instance', ...keep })
  const resources = useQuery({ ...get('/api/v2/organizations/{organization}/resources', { params: { path, query: found } }), enabled: kind === 'resource', ...keep })
  const workspaces = useQuery({
    ...get('/api/v2/organizations/{organization}/workspaces', { params: { path, query: { 'page[size]': 20, ...(search && { 'search[name]': search }) } } }),
    enabled: kind === 'workspace',
    ...keep,
  })
  const those = { 'service-instance': instances.data?.data, resource: resources.data?.data, workspace: workspaces.data?.data }[kind] ?? []
  return those.map(({ id, attributes }) => ({ value: id, text: String(attributes.name) }))
}
