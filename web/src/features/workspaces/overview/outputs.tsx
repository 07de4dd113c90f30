// The outputs of the current state. Secrets are not even asked for; revealing one is a request of its own, and recorded.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call, get, type ResourceOf } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { CopyButton } from '@/ui/copy-button'
import { Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { Table, type Column } from '@/ui/table'
import { Sensitive } from '@/ui/tag'
import { Text } from '@/ui/text'
import type { WorkspaceRow } from '../queries'
import { command, needs } from '../words'
import styles from './overview.module.css'

type Output = ResourceOf<'StateOutput'>

export function Outputs({ workspace }: { workspace: WorkspaceRow }) {
  const { permissions } = workspace.attributes
  const mayRead = permissions['can-read-state-outputs']
  const outputs = useQuery({
    ...get('/api/v2/workspaces/{workspace}/current-state-version-outputs', {
      params: { path: { workspace: workspace.id }, query: { 'filter[sensitive]': 'hidden', 'page[size]': 100 } as never },
    }),
    enabled: mayRead,
  })
  const [shown, setShown] = useState<Readonly<Record<string, unknown>>>({})
  const [asked, setAsked] = useState<Output | null>(null)
  const reveal = async (output: Output) => {
    const { data } = await call('get', '/api/v2/state-version-outputs/{state_output}', {
      params: { path: { state_output: output.id } },
    })
    setShown((before) => ({ ...before, [output.id]: data.attributes.value }))
  }
  const hide = (id: string) => setShown(({ [id]: _, ...rest }) => rest)
  const cannotReveal = needs(permissions['can-read-state-versions'], 'workspace.state.read')
  const columns: readonly Column<Output>[] = [
    { key: 'name', title: 'Name', narrow: 'first', cell: ({ attributes }) => <Text isMono>{attributes.name}</Text> },
    {
      key: 'type',
      title: 'Type',
      narrow: 'end',
      cell: ({ attributes }) => (
        <Text isMono level={3}>
          {attributes.type}
        </Text>
      ),
    },
    {
      key: 'value',
      title: 'Value',
      isWide: true,
      narrow: 'second',
      cell: (output) =>
        output.attributes.sensitive && !(output.id in shown) ? (
          <Sensitive />
        ) : (
          <Value value={output.id in shown ? shown[output.id] : output.attributes.value} />
        ),
    },
    {
      key: 'do',
      title: '',
      align: 'end',
      narrow: 'end',
      cell: (output) =>
        !output.attributes.sensitive ? (
          <CopyButton text={textOf(output.attributes.value)} what={output.attributes.name} />
        ) : output.id in shown ? (
          <Button size="sm" look="quiet" onClick={() => hide(output.id)}>
            Hide
          </Button>
        ) : (
          <IconButton icon="eye" label={`Reveal ${output.attributes.name}…`} disabledReason={cannotReveal} onClick={() => setAsked(output)} />
        ),
    },
  ]
  const rows = outputs.data?.data
  if (!mayRead) return null
  return (
    <Section title="Outputs" {...(rows && { count: rows.length })}>
      {outputs.error ? (
        <ErrorNotice error={toApiError(outputs.error)} onRetry={() => void outputs.refetch()} />
      ) : (
        <Table
          label="Outputs"
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          expected={3}
          hasKeys={false}
          empty={
            <p className={styles.none}>
              The configuration has no <code>output</code> blocks. Outputs are what others may read of this workspace.
            </p>
          }
        />
      )}
      <ConfirmDialog
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        title={`Reveal ${asked?.attributes.name ?? ''}?`}
        verb="Reveal"
        onConfirm={async () => asked && reveal(asked)}
      >
        <Stack gap={3}>
          <p>The configuration calls it sensitive. That you read it is recorded in the audit log, with the time and your address.</p>
          <Command text={command('state outputs', asked?.attributes.name ?? '', '--raw --workspace', workspace.attributes.name)} />
        </Stack>
      </ConfirmDialog>
    </Section>
  )
}

function Value({ value }: { value: unknown }) {
  const text = textOf(value)
  const isLong = typeof value === 'object' && text.length > 80
  if (!isLong) return <Text isMono>{text}</Text>
  return (
    <details className={styles.long}>
      <summary>
        <Text isMono level={2}>
          {Array.isArray(value) ? `[ ${value.length} ]` : `{ ${Object.keys(value ?? {}).join(', ')} }`}
        </Text>
      </summary>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </details>
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
