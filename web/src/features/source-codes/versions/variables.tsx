// How the variables of a version are asked for: as the module says, or as was said here.
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Row } from '@/ui/layout'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { type Settings, type Variable, type Version, versionInterface } from './queries'
import { changed, facts, moved } from './settings'
import { VariableDialog } from './variable-dialog'
import styles from '../source-codes.module.css'

interface VariablesProps {
  organization: string
  version: Version
  etag: string | undefined
  refusal: string | null
  onDone: () => Promise<unknown>
}

interface Move {
  readonly name: string
  readonly by: -1 | 1
}

interface Asked {
  readonly variable: Variable
  readonly settings: Settings | null
}

export function Variables({ organization, version, etag, refusal, onDone }: VariablesProps) {
  const { data, error, refetch } = useQuery(versionInterface(version.id))
  const [open, setOpen] = useState<{ asked: Asked; etag: string | undefined } | null>(null)
  const said = version.attributes.variables
  const rows = data && inOrder(data.data.attributes.variables, said)
  const save = async (variables: readonly Settings[], from: string | undefined) => {
    await call('patch', '/api/v2/source-code-versions/{source_code_version}', {
      params: { path: { source_code_version: version.id } },
      body: { data: { type: 'source-code-versions', attributes: { variables: [...variables] } } },
      ...(from && { headers: { 'if-match': from } }),
    })
    await onDone()
  }
  const move = useMutation({ mutationFn: ({ name, by }: Move) => save(moved(said, name, by), etag), onError: () => void onDone() })
  return (
    <Section title="What it asks for" count={version.attributes['variable-count']} about="In the order of the form. What is not said here is as the module says." isRuled>
      {move.error && <ErrorNotice error={toApiError(move.error)} />}
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Variables"
          rows={rows}
          rowKey={({ variable }) => variable.name}
          columns={columns({ refusal, said, onEdit: (asked) => setOpen({ asked, etag }), onMove: move.mutate })}
          hasKeys={false}
          expected={4}
          empty={<Text level={3}>Its module takes nothing.</Text>}
        />
      )}
      {open && (
        <VariableDialog
          organization={organization}
          variable={open.asked.variable}
          settings={open.asked.settings}
          others={(rows ?? []).map(({ variable }) => variable.name).filter((name) => name !== open.asked.variable.name)}
          onClose={() => setOpen(null)}
          onSave={(settings) => save(changed(said, open.asked.variable.name, settings), open.etag)}
        />
      )}
    </Section>
  )
}

/** Those that something was said about come first, in their order. */
function inOrder(variables: readonly Variable[], said: readonly Settings[]): readonly Asked[] {
  const first = said.flatMap((settings) => {
    const variable = variables.find(({ name }) => name === settings.name)
    return variable ? [{ variable, settings }] : []
  })
  const rest = variables.filter(({ name }) => !said.some((settings) => settings.name === name))
  return [...first, ...rest.map((variable) => ({ variable, settings: null }))]
}

interface ColumnsOptions {
  refusal: string | null
  said: readonly Settings[]
  onEdit: (asked: Asked) => void
  onMove: (move: Move) => void
}

const columns = ({ refusal, said, onEdit, onMove }: ColumnsOptions): readonly Column<Asked>[] => [
  {
    key: 'name',
    title: 'Variable',
    narrow: 'first',
    isWide: true,
    cell: ({ variable, settings }) => (
      <div className={styles.variable}>
        <Row gap={2} isWrapping>
          <code>{variable.name}</code>
          {settings?.label && <Text isStrong>{settings.label}</Text>}
          {settings?.group && <Tag>{settings.group}</Tag>}
        </Row>
        <Text level={2}>{settings?.help ?? variable.description ?? ''}</Text>
      </div>
    ),
  },
  { key: 'type', title: 'Type', narrow: 'second', cell: ({ variable }) => <div className={styles.type}><code>{variable.type}</code></div> },
  {
    key: 'asked',
    title: 'Asked for',
    narrow: 'second',
    cell: ({ variable, settings }) => (
      <div className={styles.facts}>
        {facts(variable, settings).map((fact) => (
          <Tag key={fact} isLine>
            {fact}
          </Tag>
        ))}
      </div>
    ),
  },
  {
    key: 'edit',
    title: '',
    align: 'end',
    narrow: 'end',
    cell: (asked) => {
      const { name } = asked.variable
      const isSaid = asked.settings !== null && !refusal
      return (
        <Row gap={1}>
          {isSaid && said[0]?.name !== name && <IconButton icon="ascending" label={`Move ${name} up`} size="sm" onClick={() => onMove({ name, by: -1 })} />}
          {isSaid && said.at(-1)?.name !== name && <IconButton icon="descending" label={`Move ${name} down`} size="sm" onClick={() => onMove({ name, by: 1 })} />}
          <Button size="sm" look="quiet" icon="edit" disabledReason={refusal} aria-label={`Settings of ${name}`} onClick={() => onEdit(asked)}>
            Settings
          </Button>
        </Row>
      )
    },
  },
]
