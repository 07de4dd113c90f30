// What is said about a job: what it runs, when, and how.
import { useState } from 'react'
import { call, type Schema } from '@/api/query'
import { Command } from '@/ui/command'
import { Form } from '@/ui/form'
import { Split } from '@/ui/layout'
import { Section } from '@/ui/section'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { AboutIt, WhatRuns, WhenItRuns } from './fields'
import { JobFrame } from './frame'
import { type Job, useOpenJob, useRefreshJobs } from './queries'
import { changesOf, commandOf, problemsOf, refusal, type Values, valuesOf } from './words'

export default function JobSettings() {
  return (
    <JobFrame>
      <Settings />
    </JobFrame>
  )
}

const save = (job: string, attributes: Schema<'JobChanges'>, from: string | undefined) =>
  call('patch', '/api/v2/jobs/{job}', { params: { path: { job } }, body: { data: { type: 'jobs', attributes } }, ...(from && { headers: { 'if-match': from } }) })

function Settings() {
  const { organization, job, etag } = useOpenJob()
  const refresh = useRefreshJobs()
  // As it was when the form was opened: a change by somebody else in between is refused, not lost.
  const [{ before, from }, setSeen] = useState({ before: valuesOf(job), from: etag })
  const form = useForm<Values, Awaited<ReturnType<typeof save>>>({
    initial: before,
    check: problemsOf,
    submit: (values) => save(job.id, changesOf(before, values), from),
    onDone: (saved) => {
      setSeen({ before: valuesOf(saved.data as Job), from: saved.etag })
      toast({ text: `${job.attributes.name} is changed. The next run is like that.` })
      void refresh()
    },
  })
  const isSame = Object.keys(changesOf(before, form.values)).length === 0
  return (
    <Split
      isFollowing
      aside={
        <Section title="The same from a terminal">
          <Command text={commandOf(before, form.values, undefined)} />
        </Section>
      }
    >
      <Form form={form} submit="Save" isWide disabledReason={refusal(job, 'can-update') ?? (isSame ? 'Nothing is changed yet.' : null)}>
        <WhatRuns organization={organization} form={form} />
        <WhenItRuns form={form} />
        <AboutIt form={form} />
      </Form>
    </Split>
  )
}
