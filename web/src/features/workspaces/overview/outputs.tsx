// The outputs of the current state. Secrets are not even asked for; revealing one is a request of its own, and recorded.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call, get } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { Table } from '@/ui/table'
import type { WorkspaceRow } from '../queries'
import { command, needs } from '../words'
import { type Output, outputColumns } from './output-columns'
import styles from './overview.module.css'

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
  const hide = (id: string) => setShown((before) => Object.fromEntries(Object.entries(before).filter(([key]) => key !== id)))
  const columns = outputColumns({
    shown,
    cannotReveal: needs(permissions['can-read-state-versions'], 'workspace.state.read'),
    onReveal: setAsked,
    onHide: hide,
  })
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
