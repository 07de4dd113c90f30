// Changing a blueprint: the same, with what it says now.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { PageHead } from '@/ui/page-head'
import { useForm } from '@/ui/use-form'
import { type Description, staleBlueprints, UPDATE, useOpenBlueprint } from '../queries'
import { Editor, type Values } from './editor'
import { readBlueprint, writeBlueprint } from './read'

export default function EditBlueprint() {
  const { organization, blueprint, etag } = useOpenBlueprint()
  const refusal = useAllowed(organization).refusal(UPDATE)
  const navigate = useNavigate()
  const queries = useQueryClient()
  // As it was when the page was opened: a change by somebody else in between is refused, not lost.
  const [from] = useState({ text: writeBlueprint(blueprint.attributes), etag })
  const to = addresses.blueprint(organization, blueprint.id)
  const { name } = blueprint.attributes
  const form = useForm<Values>({
    initial: { text: from.text },
    check: ({ text }) => ({ ...(!readBlueprint(text).described && { text: 'Write a blueprint first.' }) }),
    submit: ({ text }) =>
      call('patch', '/api/v2/blueprints/{blueprint}', {
        params: { path: { blueprint: blueprint.id } },
        body: { data: { type: 'blueprints', attributes: { ...NOTHING, ...(readBlueprint(text).described as Description) } } },
        ...(from.etag && { headers: { 'if-match': from.etag } }),
      }),
    onDone: async () => {
      for (const queryKey of staleBlueprints) void queries.invalidateQueries({ queryKey })
      await navigate({ to })
    },
  })
  return (
    <>
      <PageHead
        title={`Change ${name}`}
        meta="What was made by it stays as it is; workflows that carry it out do, too."
        crumbs={[
          { title: 'Blueprints', to: addresses.blueprints(organization) },
          { title: name, to },
        ]}
      />
      <Editor
        form={form}
        name={name}
        submit="Save"
        disabledReason={refusal ?? (form.isChanged ? null : 'Nothing is changed yet.')}
        here={addresses.blueprint(organization, blueprint.id, 'edit')}
      />
    </>
  )
}

/** What the file does not say is not there any more. */
const NOTHING = { description: '', labels: [], constants: [], externals: [], parts: [], wires: [] }
