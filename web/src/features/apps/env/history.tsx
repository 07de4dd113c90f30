// Who changed which variables of an app, and going back.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { parameter, type ParseSearch, useSearchState } from '@/lib/search'
import { quoted } from '@/lib/shell'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Row, Stack } from '@/ui/layout'
import { Pager } from '@/ui/pager'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { type App, type EnvChange, envChangesOf } from '../queries'
import { refusal, variableKey } from '../words'
import { RestoreDialog } from './restore-dialog'
import { differenceWords } from './words'

const parsePage: ParseSearch<{ readonly page: number | undefined }> = (raw) => ({ page: parameter.page(raw['page']) })

export function History({ app }: { app: App }) {
  const [{ page }, change] = useSearchState(parsePage)
  const [back, setBack] = useState<number | null>(null)
  const { data, error, refetch, isPlaceholderData } = useQuery({ ...envChangesOf(app.id, page), placeholderData: (before) => before })
  const rows = data?.data as readonly EnvChange[] | undefined
  const name = quoted(app.attributes.name)
  return (
    <>
      <Section title="History" count={data?.meta?.pagination['total-count']} about="Every change of the variables. What is private, or was, is shown to nobody.">
        {error && !data ? (
          <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
        ) : (
          <Stack gap={4}>
            <Table
              label="Changes of variables"
              rows={rows}
              rowKey={({ id }) => id}
              columns={columns(refusal(app, 'can-update-env'), setBack)}
              hasKeys={false}
              isStale={isPlaceholderData}
              expected={3}
              empty={<EmptyState title="Nothing was changed yet">Each change of the variables is kept, with who made it.</EmptyState>}
            />
            {(rows?.length ?? 0) > 0 && <Command text={`slipway app env history ${name}`} />}
          </Stack>
        )}
        <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
      </Section>
      {back !== null && <RestoreDialog app={app} number={back} onClose={() => setBack(null)} />}
    </>
  )
}

const columns = (cannot: string | null, onBack: (number: number) => void): readonly Column<EnvChange>[] => [
  {
    key: 'number',
    title: 'Number',
    narrow: 'first',
    cell: ({ attributes }) => (
      <Row gap={2}>
        <Text isStrong>{attributes.number}</Text>
        {attributes['is-current'] && <Tag isLine>now</Tag>}
      </Row>
    ),
  },
  {
    key: 'what',
    title: 'What changed',
    narrow: 'second',
    isWide: true,
    cell: ({ attributes: { changes } }) =>
      changes.length === 0 ? (
        <Text level={3}>nothing</Text>
      ) : (
        <Stack gap={1}>
          {changes.map((one) => (
            <Row key={variableKey(one)} gap={2}>
              <code>{one.name}</code>
              {one.process && <Tag isLine>only {one.process}</Tag>}
              <Text level={2}>{differenceWords(one)}</Text>
              {one['managed-by'] && <Text level={3}>{one['managed-by']}</Text>}
            </Row>
          ))}
        </Stack>
      ),
  },
  { key: 'who', title: 'By', from: 1024, cell: ({ attributes }) => <Text level={2}>{attributes['changed-by']}</Text> },
  { key: 'when', title: 'When', align: 'end', narrow: 'second', cell: ({ attributes }) => <Text level={3}><Time at={attributes['created-at']} form="short" /></Text> },
  {
    key: 'back',
    title: 'Bring back',
    align: 'end',
    narrow: 'end',
    cell: ({ attributes }) =>
      !attributes['is-current'] && (
        <Button size="sm" icon="undo" aria-label={`Bring back the variables of number ${attributes.number}`} disabledReason={cannot} onClick={() => onBack(attributes.number)}>
          Bring back…
        </Button>
      ),
  },
]
