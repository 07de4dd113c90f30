// What an executor puts out. Secrets are sent only when somebody asks for them, which is recorded.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { quoted } from '@/lib/shell'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { CopyButton } from '@/ui/copy-button'
import { Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Sensitive } from '@/ui/tag'
import { Text } from '@/ui/text'
import { type Executor, type Output, outputsOf } from '../queries'
import { valueText } from '../words'
import styles from '../executors.module.css'

export function Outputs({ executor }: { executor: Executor }) {
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery(outputsOf(executor.id))
  const [revealed, setRevealed] = useState<ReadonlyMap<string, unknown> | null>(null)
  const [isAsked, setAsked] = useState(false)
  const rows = data?.data.map(({ attributes }) => attributes)
  const hasSecrets = rows?.some(({ sensitive }) => sensitive) ?? false
  const reveal = async () => {
    // Kept by nobody but this page.
    const answer = await queries.fetchQuery({ ...outputsOf(executor.id, true), gcTime: 0, staleTime: 0 })
    setRevealed(new Map(answer.data.map(({ attributes }) => [attributes.name, attributes.value])))
  }
  return (
    <Section
      title="Outputs"
      {...(rows && { count: rows.length })}
      actions={
        hasSecrets &&
        (revealed ? (
          <Button size="sm" icon="lock" onClick={() => setRevealed(null)}>
            Hide secrets
          </Button>
        ) : (
          <Button size="sm" icon="eye" onClick={() => setAsked(true)}>
            Reveal secrets…
          </Button>
        ))
      }
    >
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Outputs"
          rows={rows}
          rowKey={({ name }) => name}
          columns={columns(revealed)}
          hasKeys={false}
          expected={2}
          empty={<Text level={3}>None: nothing was applied yet, or the module has none.</Text>}
        />
      )}
      <ConfirmDialog isOpen={isAsked} onClose={() => setAsked(false)} title="Reveal the secrets?" verb="Reveal" onConfirm={reveal}>
        <Stack gap={3}>
          <p>That you read them is recorded in the audit log, with the time and your address.</p>
          <Command text={`slipway executor outputs ${quoted(executor.attributes.name)} --reveal`} />
        </Stack>
      </ConfirmDialog>
    </Section>
  )
}

const columns = (revealed: ReadonlyMap<string, unknown> | null): readonly Column<Output>[] => [
  { key: 'name', title: 'Name', narrow: 'first', cell: ({ name }) => <code>{name}</code> },
  { key: 'type', title: 'Type', from: 1024, cell: ({ type }) => <Text isMono level={3}>{type}</Text> },
  {
    key: 'value',
    title: 'Value',
    narrow: 'second',
    isWide: true,
    cell: ({ name, sensitive, value }) => (sensitive && !revealed ? <Sensitive /> : <span className={styles.value}>{valueText(sensitive ? revealed?.get(name) : value)}</span>),
  },
  {
    key: 'copy',
    title: '',
    align: 'end',
    narrow: 'end',
    cell: ({ name, sensitive, value }) => (sensitive && !revealed ? null : <CopyButton text={valueText(sensitive ? revealed?.get(name) : value)} what={name} />),
  },
]
