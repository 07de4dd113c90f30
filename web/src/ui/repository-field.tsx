// Which repository, and what opens it: one of those that are connected, or any that can be cloned.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { forgesOf } from '@/api/forges'
import { get, related } from '@/api/query'
import { useSettled } from '@/lib/delayed'
import { Combobox } from './combobox'
import type { FormState } from './use-form'

/** Of a form that says which repository. */
export interface RepositoryValues {
  /** Its name at its forge, or its whole address. */
  readonly identifier: string
  /** The id of the integration; empty for none. */
  readonly 'integration-id': string
}

/** The integration comes with one that is connected, and is chosen for the others. */
export function RepositoryField<Values extends RepositoryValues>({ organization, form: whole, disabledReason }: { organization: string; form: FormState<Values>; disabledReason?: string | null }) {
  const form = whole as unknown as FormState<RepositoryValues>
  const [typed, setTyped] = useState('')
  const search = useSettled(typed, 200)
  const found = useQuery({
    ...get('/api/v2/organizations/{organization}/repositories', {
      params: { path: { organization }, query: { ...(search && { 'search[name]': search }), 'page[size]': 50 } },
    }),
    placeholderData: (before) => before,
    retry: false,
  })
  const forges = useQuery(forgesOf(organization)).data?.data ?? []
  const repositories = found.data?.data ?? []
  const integrationOf = (name: string) => {
    const known = repositories.find(({ attributes }) => attributes['full-name'] === name)
    return known ? related(known, 'integration') : ''
  }
  const value = form.values.identifier
  const options = repositories.map(({ attributes }) => ({ value: attributes['full-name'], icon: 'branch' as const }))
  return (
    <>
      <Combobox
        label="Repository"
        isMono
        name="identifier"
        value={value}
        onChange={(identifier) => form.set({ identifier, ...(integrationOf(identifier) && { 'integration-id': integrationOf(identifier) }) })}
        onSearch={setTyped}
        isLoading={found.isFetching}
        createLabel="The address"
        placeholder="platform/modules, or https://git.example.com/platform/modules.git"
        options={value === '' || options.some((option) => option.value === value) ? options : [{ value }, ...options]}
        error={form.problems['identifier']}
        help="One that is connected, or the whole address of any other."
        disabledReason={disabledReason ?? null}
      />
      <Combobox
        label="Integration"
        isOptional
        name="integration-id"
        value={form.values['integration-id']}
        onChange={(integration) => form.set({ 'integration-id': integration })}
        placeholder="everybody may read it"
        options={forges.map(({ id, attributes }) => ({ value: id, text: attributes.name, detail: attributes['kind-title'], icon: 'plug' as const }))}
        error={form.problems['integration-id']}
        help="The forge that opens it."
        disabledReason={disabledReason ?? null}
      />
    </>
  )
}
