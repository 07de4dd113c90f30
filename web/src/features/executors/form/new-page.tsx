// A new executor.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRefusal } from '@/api/allowed'
import { call, type Schema } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { parameter, useOrganization, useSearchState } from '@/lib/search'
import { PageHead } from '@/ui/page-head'
import { useForm } from '@/ui/use-form'
import { CREATE, staleExecutors } from '../queries'
import { ExecutorForm } from './form'
import { BLANK, newOf, type Values } from './values'

const parseNew = (raw: Readonly<Record<string, unknown>>) => ({
  /** By name. */
  sourceCode: parameter.text(raw['sourceCode']),
  ref: parameter.text(raw['ref']),
  directory: parameter.text(raw['directory']),
})

export default function NewExecutor() {
  const organization = useOrganization()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [{ sourceCode = '', ref = '', directory = '' }] = useSearchState(parseNew)
  const form = useForm<Values, Schema<'Document_Resource_Executor'>>({
    initial: { ...BLANK, 'source-code': sourceCode, ref, directory },
    check: ({ 'source-code': chosen, ref: given }) => ({
      ...(!chosen && { 'source-code': 'Choose a source code.' }),
      ...(chosen && !given && { ref: 'Say which tag, branch or commit.' }),
    }),
    submit: (values) =>
      call('post', '/api/v2/organizations/{organization}/executors', {
        params: { path: { organization } },
        body: { data: { type: 'executors', attributes: newOf(values) } },
      }),
    onDone: ({ data }) => {
      for (const queryKey of staleExecutors) void queries.invalidateQueries({ queryKey })
      void navigate({ to: addresses.executor(organization, data.id) })
    },
  })
  const refusal = useRefusal(organization, form.values.project, CREATE)
  return (
    <>
      <PageHead
        title="New executor"
        meta="A module that is run now and then, with a state of its own. Nothing runs before somebody, or a schedule, starts it."
        crumbs={[{ title: 'Executors', to: addresses.executors(organization) }]}
      />
      <ExecutorForm organization={organization} form={form} before={null} submit="Create executor" disabledReason={refusal} />
    </>
  )
}
