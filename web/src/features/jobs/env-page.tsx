// What the runs of a job see.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { quoted } from '@/lib/shell'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Row, Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Sensitive } from '@/ui/tag'
import { Text } from '@/ui/text'
import { SetDialog, UnsetDialog } from './env-dialogs'
import { JobFrame } from './frame'
import { envOf, type Job, useOpenJob, type Variable } from './queries'
import { refusal } from './words'

export default function JobVariables() {
  const { job } = useOpenJob()
  const unseen = refusal(job, 'can-read-env')
  return <JobFrame>{unseen ? <Alert tone="neutral" icon="lock" title="Its variables are not for you">{unseen}</Alert> : <Shown job={job} />}</JobFrame>
}

type Asked = { readonly kind: 'set'; readonly variable: Variable | null } | { readonly kind: 'unset'; readonly variable: Variable }

function Shown({ job }: { job: Job }) {
  const name = quoted(job.attributes.name)
  const [asked, setAsked] = useState<Asked | null>(null)
  const { data, error, refetch } = useQuery(envOf(job.id))
  const variables = data?.data.attributes.variables
  const cannot = refusal(job, 'can-update-env')
  const close = () => setAsked(null)
  const add = (
    <Button icon="plus" disabledReason={cannot} onClick={() => setAsked({ kind: 'set', variable: null })}>
      Set a variable…
    </Button>
  )
  return (
    <Section title="Variables" count={variables?.length} about="The next run sees a change. Values that are private are shown to nobody." actions={variables?.length === 0 ? undefined : add}>
      {error && !data ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Stack gap={4}>
          <Table
            label="Variables"
            rows={variables}
            rowKey={(variable) => variable.name}
            columns={columns(cannot, setAsked)}
            hasKeys={false}
            expected={3}
            empty={
              <EmptyState title="No variables" action={add} command={<Command text={`slipway job env set ${name} LOG_LEVEL=debug`} />}>
                Its runs see what you set here, each as a variable of their environment.
              </EmptyState>
            }
          />
          {(variables?.length ?? 0) > 0 && <Command text={`slipway job env list ${name}`} />}
        </Stack>
      )}
      {asked?.kind === 'set' && <SetDialog job={job} variable={asked.variable} onClose={close} />}
      {asked?.kind === 'unset' && <UnsetDialog job={job} variable={asked.variable} onClose={close} />}
    </Section>
  )
}

const columns = (cannot: string | null, onAsk: (asked: Asked) => void): readonly Column<Variable>[] => [
  { key: 'name', title: 'Name', narrow: 'first', cell: (variable) => <code>{variable.name}</code> },
  {
    key: 'value',
    title: 'Value',
    narrow: 'second',
    isWide: true,
    cell: ({ value, 'alias-of': alias, 'is-private': isPrivate }) => {
      if (typeof alias === 'string') return <Text level={2}>as <code>{alias}</code></Text>
      return isPrivate ? <Sensitive /> : <Text isMono>{value ?? ''}</Text>
    },
  },
  { key: 'keeper', title: 'Kept by', from: 1024, cell: (variable) => <Text level={3}>{variable['managed-by'] || 'people'}</Text> },
  {
    key: 'do',
    title: 'Change',
    align: 'end',
    narrow: 'end',
    cell: (variable) => {
      const keeper = variable['managed-by']
      const reason = cannot ?? (keeper ? `${keeper} keeps it: change it there.` : null)
      return (
        <Row gap={1}>
          <IconButton icon="edit" label={`Change ${variable.name}`} disabledReason={reason} onClick={() => onAsk({ kind: 'set', variable })} />
          <IconButton icon="trash" label={`Unset ${variable.name}`} disabledReason={reason} onClick={() => onAsk({ kind: 'unset', variable })} />
        </Row>
      )
    },
  },
]
