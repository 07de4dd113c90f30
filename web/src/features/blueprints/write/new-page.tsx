// A new blueprint.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useAllowed } from '@/api/allowed'
import { call, type Schema } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization } from '@/lib/search'
import { PageHead } from '@/ui/page-head'
import { useForm } from '@/ui/use-form'
import { type Description, MAKE, staleBlueprints } from '../queries'
import { Editor, type Values } from './editor'
import { readBlueprint } from './read'

export default function NewBlueprint() {
  const organization = useOrganization()
  const refusal = useAllowed(organization).refusal(MAKE)
  const navigate = useNavigate()
  const queries = useQueryClient()
  const form = useForm<Values, Schema<'Document_Resource_Blueprint'>>({
    initial: { text: '' },
    check: ({ text }) => ({ ...(!readBlueprint(text).described && { text: 'Write a blueprint first.' }) }),
    submit: ({ text }) =>
      call('post', '/api/v2/organizations/{organization}/blueprints', {
        params: { path: { organization } },
        body: { data: { type: 'blueprints', attributes: readBlueprint(text).described as Description } },
      }),
    onDone: ({ data }) => {
      for (const queryKey of staleBlueprints) void queries.invalidateQueries({ queryKey })
      void navigate({ to: addresses.blueprint(organization, data.id) })
    },
  })
  return (
    <>
      <PageHead
        title="New blueprint"
        meta="What it asks for, what it makes of which templates, and which outputs go to which variables."
        crumbs={[{ title: 'Blueprints', to: addresses.blueprints(organization) }]}
      />
      <Editor form={form} name={null} submit="Create blueprint" disabledReason={refusal} here={addresses.newBlueprint(organization)} />
    </>
  )
}
