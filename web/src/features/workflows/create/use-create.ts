// Making a workflow: what is sent, and on to its page, where it is looked at before it is started.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call, type Schema } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useForm } from '@/ui/use-form'
import { type Kind, staleWorkflows } from '../queries'
import { HOW, type How, problemsOf, wantedOf } from '../words'

interface What {
  readonly organization: string
  readonly kind: Kind
  /** Ids; none for all that the server finds. */
  readonly resources: readonly string[]
  /** Its id, of an upgrade. */
  readonly version?: string
}

export function useCreate({ organization, kind, resources, version = '' }: What) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  return useForm<How, Schema<'Document_Resource_Workflow'>>({
    initial: HOW,
    check: problemsOf,
    submit: (how) =>
      call('post', '/api/v2/organizations/{organization}/workflows', {
        params: { path: { organization } },
        body: { data: { type: 'workflows', attributes: wantedOf(kind, resources, version, how) } },
      }),
    onDone: ({ data }) => {
      for (const queryKey of staleWorkflows) void queries.invalidateQueries({ queryKey })
      void navigate({ to: addresses.workflow(organization, data.id) })
    },
  })
}
