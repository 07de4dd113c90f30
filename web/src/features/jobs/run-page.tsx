// One run of a job: how it went, and what it wrote.
import { useMutation, useSuspenseQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { parameter, type ParseSearch, useParam, useSearchState } from '@/lib/search'
import { quoted } from '@/lib/shell'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { KeyValue } from '@/ui/key-value'
import { Row, Split, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { StreamedLog } from '@/ui/log/known-log'
import { LogPanel } from '@/ui/log/log-panel'
import { useLinkedLine } from '@/ui/log/use-linked-line'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { Text } from '@/ui/text'
import { Duration, Time } from '@/ui/time'
import { JobFrame } from './frame'
import { type Job, type JobRun, runBy, useOpenJob, useRefreshJobs } from './queries'
import { refusal, wantedBy } from './words'
import styles from './jobs.module.css'

const parseFind: ParseSearch<{ readonly find: string | undefined }> = (raw) => ({ find: parameter.text(raw['find']) })

const isOver = ({ attributes }: JobRun) => attributes.status !== 'waiting' && attributes.status !== 'running'

export default function RunPage() {
  const { organization, job } = useOpenJob()
  const { name } = job.attributes
  const id = useParam('run')
  const run = useSuspenseQuery({ ...runBy(id), retry: false }).data.data as JobRun
  const { attributes } = run
  return (
    <JobFrame isInRuns>
      <Section
        title={
          <Row gap={2}>
            {`Run ${attributes.number}`}
            <Status of="jobRun" value={attributes.status} isBadge />
          </Row>
        }
        actions={
          <Row gap={3}>
            <Link to={addresses.job(organization, name)}>All runs</Link>
            {!isOver(run) && <Cancel job={job} run={run} />}
          </Row>
        }
      >
        <Split aside={<Details run={run} />}>
          <Stack gap={4}>
            {attributes.reason && (
              <Alert tone={attributes.status === 'failed' ? 'danger' : 'neutral'} title={attributes.status === 'failed' ? 'It failed' : attributes.status === 'skipped' ? 'It did not run' : 'It did not run to its end'}>
                {attributes.reason}
              </Alert>
            )}
            <Log job={job} run={run} />
          </Stack>
        </Split>
      </Section>
    </JobFrame>
  )
}

function Cancel({ job, run }: { job: Job; run: JobRun }) {
  const refresh = useRefreshJobs()
  const cancel = useMutation({
    mutationFn: () => call('post', '/api/v2/job-runs/{job_run}/actions/cancel', { params: { path: { job_run: run.id } } }),
    onSettled: refresh,
  })
  const isAsked = run.attributes['is-cancel-requested']
  return (
    <>
      {cancel.error && <ErrorNotice error={toApiError(cancel.error)} />}
      <Button icon="close" isBusy={cancel.isPending} disabledReason={refusal(job, 'can-run') ?? (isAsked ? 'Somebody asked for it already.' : null)} onClick={() => cancel.mutate()}>
        Cancel the run
      </Button>
    </>
  )
}

function Log({ job, run }: { job: Job; run: JobRun }) {
  const [{ find }, change] = useSearchState(parseFind)
  const [line, link] = useLinkedLine()
  const unseen = refusal(job, 'can-read-logs')
  const { number, status } = run.attributes
  if (unseen) return <Alert tone="neutral" icon="lock" title="What it wrote is not for you">{unseen}</Alert>
  if (status === 'skipped') return null
  const address = `/api/v2/job-runs/${encodeURIComponent(run.id)}/log`
  return (
    <>
      <div className={styles.log}>
        <LogPanel
          key={address}
          reader={() => new StreamedLog(address)}
          label="Log of the run"
          line={line}
          onLine={link}
          search={find ?? ''}
          onSearch={(text) => void change({ find: text || undefined }, { replace: true })}
          whenAbsent={isOver(run) ? 'It wrote nothing.' : 'Nothing was written yet. It appears here as it comes.'}
        />
      </div>
      <Command text={`slipway job logs ${quoted(job.attributes.name)} ${number}${isOver(run) ? '' : ' --follow'}`} />
    </>
  )
}

function Details({ run }: { run: JobRun }) {
  const { attributes } = run
  const due = attributes['due-at']
  const started = attributes['started-at']
  return (
    <Section title="Details" isRuled>
      <KeyValue
        entries={[
          ['Wanted by', wantedBy(run)],
          due ? ['Due', <Time key="due" at={due} />] : null,
          ['Asked for', <Time key="asked" at={attributes['created-at']} />],
          !started && attributes.status === 'waiting' ? ['Not before', <Time key="before" at={attributes['not-before']} />] : null,
          started ? [isOver(run) ? 'Took' : 'For', <Duration key="took" from={started} to={attributes['ended-at']} />] : null,
          ['Try', String(attributes.attempt)],
          ['Version', `v${attributes['job-version']}`],
          attributes.arguments.length > 0 ? ['Arguments', <Text key="arguments" isMono>{attributes.arguments.map(quoted).join(' ')}</Text>] : null,
          typeof attributes['exit-code'] === 'number' ? ['Ended with', <Text key="code" isMono>{attributes['exit-code']}</Text>] : null,
        ]}
      />
    </Section>
  )
}
