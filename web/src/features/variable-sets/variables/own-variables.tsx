// The variables of one home, changed in place.
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { toApiError } from '@/api/errors'
import type { Schema } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { EmptyState } from '@/ui/empty-state'
import { Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { Skeleton } from '@/ui/skeleton'
import { command } from '../words'
import { deleteVariable, freshVariables, type Home, useVariables, type VariableRow } from './home'
import { VariableForm } from './variable-form'
import { EditActions, VariableLine, VariableList } from './variable-line'

/** What is edited: a variable, a new one, or one that a new one shall override. */
export type Editing =
  | { readonly id: string }
  | { readonly id: null; readonly start?: { readonly key: string; readonly category: Schema<'VariableCategory'> } }

interface OwnVariablesProps {
  home: Home
  title: string
  disabledReason: string | null
  editing: Editing | null
  onEdit: (editing: Editing | null) => void
  /** What hides it, or what it hides. */
  origin?: (variable: VariableRow) => { readonly text: ReactNode; readonly isOff: boolean } | null
  /** What an empty list teaches. */
  empty: ReactNode
}

export function OwnVariables({ home, title, disabledReason, editing, onEdit, origin, empty }: OwnVariablesProps) {
  const { data, error, refetch } = useVariables(home)
  const [deleted, setDeleted] = useState<VariableRow | null>(null)
  const rows = data?.data
  const close = () => onEdit(null)
  const isAdding = editing?.id === null
  return (
    <Section
      title={title}
      {...(rows && { count: rows.length })}
      actions={
        <Button size="sm" icon="plus" disabledReason={disabledReason} onClick={() => onEdit({ id: null })}>
          Add variable
        </Button>
      }
    >
      {error && <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />}
      {isAdding && (
        <VariableForm key={editing.start?.key ?? ''} home={home} variable={null} {...(editing.start && { start: editing.start })} onClose={close} />
      )}
      {!rows && !error && <Skeleton height={72} />}
      {rows?.length === 0 && !isAdding && (
        <EmptyState title="No variables yet" command={<Command text={command('variable set', homeFlag(home), 'region=eu-west-1')} />}>
          {empty}
        </EmptyState>
      )}
      {rows && rows.length > 0 && (
        <VariableList label={title} hasOrigins={origin !== undefined}>
          {rows.map((variable) =>
            editing?.id === variable.id ? (
              <li key={variable.id}>
                <VariableForm home={home} variable={variable} onClose={close} />
              </li>
            ) : (
              <OwnLine
                key={variable.id}
                variable={variable}
                origin={origin?.(variable) ?? null}
                actions={
                  <EditActions
                    name={variable.attributes.key}
                    disabledReason={disabledReason}
                    onEdit={() => onEdit({ id: variable.id })}
                    onDelete={() => setDeleted(variable)}
                  />
                }
              />
            ),
          )}
        </VariableList>
      )}
      <DeleteDialog home={home} variable={deleted} onClose={() => setDeleted(null)} />
    </Section>
  )
}

interface OwnLineProps {
  variable: VariableRow
  origin: { readonly text: ReactNode; readonly isOff: boolean } | null
  actions: ReactNode
}

function OwnLine({ variable: { attributes }, origin, actions }: OwnLineProps) {
  return (
    <VariableLine
      name={attributes.key}
      value={attributes.value}
      isSecret={attributes.sensitive}
      isHcl={attributes.hcl}
      isEnvironment={attributes.category === 'env'}
      description={attributes.description}
      {...(origin && { origin: origin.text, isOff: origin.isOff })}
      actions={actions}
    />
  )
}

const homeFlag = (home: Home) => (home.kind === 'set' ? `--set ${home.name}` : `--workspace ${home.name}`)

function DeleteDialog({ home, variable, onClose }: { home: Home; variable: VariableRow | null; onClose: () => void }) {
  const queries = useQueryClient()
  const name = variable?.attributes.key ?? ''
  const remove = async () => {
    if (!variable) return
    await deleteVariable(home, variable.id)
    await freshVariables(queries)
  }
  return (
    <ConfirmDialog isOpen={variable !== null} onClose={onClose} title={`Delete ${name} from ${home.name}?`} verb="Delete variable" isDanger onConfirm={remove}>
      <Stack gap={3}>
        <p>
          {home.kind === 'set'
            ? 'The next run of every workspace that gets this set starts without it, or with the value of a weaker set.'
            : 'The next run starts without it, or with the value that a variable set has for it.'}{' '}
          {variable?.attributes.sensitive && 'Its value is not kept anywhere.'}
        </p>
        <Command text={command('variable delete', homeFlag(home), variable?.attributes.category === 'env' && '--env', name)} />
      </Stack>
    </ConfirmDialog>
  )
}
