// Running a job now. Mounted while it is open.
import { useNavigate } from '@tanstack/react-router'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { command, quoted } from '@/lib/shell'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Textarea } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { type Job, useRefreshJobs } from './queries'
import { argumentsOf } from './words'

export function RunDialog({ organization, job, onClose }: { organization: string; job: Job; onClose: () => void }) {
  const navigate = useNavigate()
  const refresh = useRefreshJobs()
  const { name } = job.attributes
  const form = useForm<{ arguments: string }, { readonly data: { readonly id: string } }>({
    initial: { arguments: '' },
    submit: (values) =>
      call('post', '/api/v2/jobs/{job}/runs', { params: { path: { job: job.id } }, body: { data: { type: 'job-runs', attributes: { arguments: argumentsOf(values.arguments) } } } }),
    onDone: ({ data }) => {
      onClose()
      void refresh()
      void navigate({ to: addresses.jobRun(organization, name, data.id) })
    },
  })
  const given = argumentsOf(form.values.arguments)
  return (
    <Dialog isOpen onClose={onClose} title={`Run ${name} now`}>
      <Form form={form} submit="Run it" isWide command={command(`slipway job run ${quoted(name)}`, given.length > 0 && `-- ${given.map(quoted).join(' ')}`)}>
        <Textarea label="Arguments" isOptional isMono rows={2} help="One in each line: what comes behind its command; where it has none, in place of the image's own." {...form.field('arguments')} />
      </Form>
    </Dialog>
  )
}
