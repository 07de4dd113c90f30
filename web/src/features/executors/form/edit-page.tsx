// Changing an executor: the same form, with what it is now.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call, related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { PageHead } from '@/ui/page-head'
import { useForm } from '@/ui/use-form'
import { staleExecutors, useOpenExecutor } from '../queries'
import { refusal } from '../words'
import { ExecutorForm } from './form'
import { changesOf, type Values, valuesOf } from './values'

export default function EditExecutor() {
  const { organization, executor, etag } = useOpenExecutor()
  const navigate = useNavigate()
  const queries = useQueryClient()
  // As it was when the form was opened: a change by somebody else in between is refused, not lost.
  const [before] = useState(() => valuesOf(executor))
  const [from] = useState(etag)
  const { name } = executor.attributes
  const to = addresses.executor(organization, executor.id)
  const form = useForm<Values>({
    initial: before,
    check: ({ ref }) => ({ ...(!ref && { ref: 'Say which tag, branch or commit.' }) }),
    submit: (values) =>
      call('patch', '/api/v2/executors/{executor}', {
        params: { path: { executor: executor.id } },
        body: { data: { type: 'executors', attributes: changesOf(before, values) } },
        ...(from && { headers: { 'if-match': from } }),
      }),
    onDone: async () => {
      for (const queryKey of staleExecutors) void queries.invalidateQueries({ queryKey })
      await navigate({ to })
    },
  })
  const isSame = Object.keys(changesOf(before, form.values)).length === 0
  return (
    <>
      <PageHead
        title={`Change ${name}`}
        meta="The next run has it. What runs now, or waits, keeps what it was started with."
        crumbs={[
          { title: 'Executors', to: addresses.executors(organization) },
          { title: name, to },
        ]}
      />
      <ExecutorForm
        organization={organization}
        form={form}
        before={before}
        sourceCode={related(executor, 'source-code')}
        submit="Save"
        disabledReason={refusal(executor, 'can-update') ?? (isSame ? 'Nothing is changed yet.' : null)}
      />
    </>
  )
}
