// A new job.
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRefusal } from '@/api/allowed'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization } from '@/lib/search'
import { quoted } from '@/lib/shell'
import { Alert } from '@/ui/alert'
import { Combobox } from '@/ui/combobox'
import { Command } from '@/ui/command'
import { FieldGroup } from '@/ui/field-group'
import { Form } from '@/ui/form'
import { Split } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { AboutIt, WhatRuns, WhenItRuns } from './fields'
import { CREATE, poolsOf, projectsOf, useRefreshJobs } from './queries'
import { commandOf, newJob, problemsOf, type Values, wanted } from './words'

export default function NewJob() {
  const organization = useOrganization()
  const navigate = useNavigate()
  const refresh = useRefreshJobs()
  const projects = useQuery({ ...projectsOf(organization), retry: false }).data?.data ?? []
  const pools = useQuery({ ...poolsOf(organization), retry: false }).data?.data
  const form = useForm<Values>({
    initial: newJob(),
    check: problemsOf,
    submit: (values) =>
      call('post', '/api/v2/organizations/{organization}/jobs', { params: { path: { organization } }, body: { data: { type: 'jobs', attributes: wanted(values) } } }),
    onDone: (_, { name }) => {
      void refresh()
      void navigate({ to: addresses.job(organization, name.trim()) })
    },
  })
  const { values } = form
  const refusal = useRefusal(organization, values.project, CREATE)
  const inProject = projects.find(({ id }) => id === values.project)?.attributes.name
  return (
    <>
      <PageHead title="New job" meta="Its image is looked for when it is made." crumbs={[{ title: 'Jobs', to: addresses.jobs(organization) }]} />
      <Split
        isFollowing
        aside={
          <>
            <Section title="The same from a terminal">
              <Command text={commandOf(null, values, inProject)} />
            </Section>
            <Section title="Then" about="Run it now, and follow what it writes.">
              <Command text={`slipway job run ${quoted(values.name.trim() || 'NAME')}`} />
            </Section>
          </>
        }
      >
        {pools?.length === 0 && (
          <Alert tone="warning" title="There is nowhere to run it">
            No pool is there yet: the server found no Docker Engine on its machine. Whoever runs the server can start one, and then the server again.
          </Alert>
        )}
        <Form form={form} submit="Create job" isWide disabledReason={refusal}>
          <TextInput label="Name" isMono placeholder="nightly" help="Small letters, digits and hyphens, at most 40, a letter first. It never changes." {...form.field('name')} />
          <WhatRuns organization={organization} form={form} />
          <WhenItRuns form={form} />
          <FieldGroup title="Place">
            <Combobox
              label="Project"
              isOptional
              placeholder={projects.find(({ attributes }) => attributes['is-default'])?.attributes.name ?? 'default'}
              help="Says who may see and run it. It never changes."
              options={projects.map(({ id, attributes }) => ({ value: id, text: attributes.name }))}
              {...form.field('project')}
              error={form.problems['project-id']}
            />
            <Combobox
              label="Pool"
              isOptional
              placeholder={pools?.find(({ attributes }) => attributes['is-default'])?.attributes.name ?? 'default'}
              help="Where it runs."
              options={(pools ?? []).map(({ attributes }) => ({ value: attributes.name, detail: attributes.cluster }))}
              {...form.field('pool')}
            />
          </FieldGroup>
          <AboutIt form={form} />
        </Form>
      </Split>
    </>
  )
}
