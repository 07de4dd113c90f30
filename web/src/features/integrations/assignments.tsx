// Whose runs are given an integration: of workspaces, of projects, or all; for which phases.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call, get, type ResourceOf, type Schema, stale } from '@/api/query'
import { objectAddress, objectIcon, objectWord } from '@/lib/objects'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { EmptyState } from '@/ui/empty-state'
import { Icon } from '@/ui/icon'
import { Row, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Assign } from './assign'
import { placeFlag, quoted } from './commands'
import type { Integration } from './values'

export type Assignment = ResourceOf<'IntegrationAssignment'>

const LIST = stale('/api/v2/integrations/{integration}/assignments')

const PHASES: Readonly<Record<Schema<'AssignedPhases'>, string>> = { plan: 'plan only', apply: 'apply only', both: 'plan and apply' }

interface AssignmentsProps {
  organization: string
  integration: Integration
  /** Why nothing can be given. */
  refusal: string | null
}

export function Assignments({ organization, integration, refusal }: AssignmentsProps) {
  const queries = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const [removed, setRemoved] = useState<Assignment | null>(null)
  const { data, error, refetch } = useQuery(
    get('/api/v2/integrations/{integration}/assignments', { params: { path: { integration: integration.id }, query: { 'page[size]': 100 } } }),
  )
  const rows = data?.data as readonly Assignment[] | undefined
  const { name } = integration.attributes
  const fresh = () => queries.invalidateQueries({ queryKey: LIST })
  const give = (
    <Button size="sm" icon="plus" disabledReason={refusal} onClick={() => setAsking(true)}>
      Give to runs…
    </Button>
  )
  return (
    <Section
      title="Given to runs"
      count={rows?.length ? data?.meta?.pagination['total-count'] : undefined}
      about="They get it as environment and files while a phase runs, as its provider expects."
      actions={rows?.length ? give : undefined}
    >
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Given to runs"
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns(organization, refusal, setRemoved)}
          hasKeys={false}
          expected={1}
          empty={
            <EmptyState
              title="No run is given it"
              action={give}
              command={<Command text={`slipway integration assign ${quoted(name)} --workspace shop`} />}
            >
              Give it to a workspace, to all of a project, or to all of {organization}. What is nearer to a workspace counts.
            </EmptyState>
          }
        />
      )}
      {isAsking && <Assign organization={organization} integration={integration} onClose={() => setAsking(false)} onDone={() => void fresh()} />}
      <ConfirmDialog
        isOpen={removed !== null}
        onClose={() => setRemoved(null)}
        title={`Take ${name} from the runs of ${removed?.attributes['scope-name'] ?? 'it'}?`}
        verb="Take it"
        isDanger
        onConfirm={async () => {
          const path = { integration: integration.id, target: removed?.attributes['scope-id'] ?? '' }
          await call('delete', '/api/v2/integrations/{integration}/assignments/{target}', { params: { path } })
          await fresh()
        }}
      >
        <Stack gap={3}>
          <p>A phase that runs now keeps it until it ends.</p>
          <Command text={`slipway integration unassign ${quoted(name)} ${removed ? placeFlag(removed.attributes.scope, removed.attributes['scope-name'] ?? '') : ''}`} />
        </Stack>
      </ConfirmDialog>
    </Section>
  )
}

function columns(organization: string, refusal: string | null, onRemove: (row: Assignment) => void): readonly Column<Assignment>[] {
  return [
    {
      key: 'place',
      title: 'Runs of',
      isWide: true,
      narrow: 'first',
      cell: ({ attributes }) => {
        const { scope, 'scope-id': id, 'scope-name': name } = attributes
        const to = name ? objectAddress(organization, scope, id, name) : null
        return (
          <Row gap={2}>
            <Icon name={objectIcon(scope)} label={objectWord(scope)} />
            {to ? (
              <Link to={to} look="name">
                {name}
              </Link>
            ) : (
              <Text level={2}>{name ?? `a ${objectWord(scope)} that you may not see`}</Text>
            )}
          </Row>
        )
      },
    },
    { key: 'phases', title: 'Phases', narrow: 'second', cell: ({ attributes }) => <Text level={2}>{PHASES[attributes.phases]}</Text> },
    {
      key: 'remove',
      title: '',
      align: 'end',
      narrow: 'end',
      cell: (row) => (
        <IconButton icon="trash" label={`Take it from ${row.attributes['scope-name'] ?? 'there'}`} disabledReason={refusal} onClick={() => onRemove(row)} />
      ),
    },
  ]
}
