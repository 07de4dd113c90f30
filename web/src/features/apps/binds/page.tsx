// What an app is bound to: outputs of other things that are variables of it, and follow when they change.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { objectIcon, objectWord, pageOf } from '@/lib/objects'
import { quoted } from '@/lib/shell'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Icon } from '@/ui/icon'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { KeyTag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { type App, useOpenApp } from '../queries'
import { refusal } from '../words'
import { BindDialog, UnbindDialog } from './dialogs'
import { type Bind, bindsOf } from './queries'
import { originName } from './words'

export default function Binds() {
  const { organization, app } = useOpenApp()
  const unseen = refusal(app, 'can-read-env')
  if (unseen) return <Alert tone="neutral" icon="lock" title="What it is bound to is not for you">{unseen}</Alert>
  return <Shown organization={organization} app={app} />
}

function Shown({ organization, app }: { organization: string; app: App }) {
  const [asked, setAsked] = useState<'bind' | Bind | null>(null)
  const { data, error, refetch } = useQuery(bindsOf(app.id))
  const rows = data?.data as readonly Bind[] | undefined
  const cannot = refusal(app, 'can-update-env')
  const close = () => setAsked(null)
  const add = (
    <Button look="primary" icon="link" disabledReason={cannot} onClick={() => setAsked('bind')}>
      Bind…
    </Button>
  )
  return (
    <>
      <Section
        title="Binds"
        count={data?.meta?.pagination['total-count']}
        about="Outputs of other things that its units see as variables. When they change, the units are exchanged for others that see it."
        actions={rows?.length === 0 ? undefined : add}
      >
        {error && !data ? (
          <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
        ) : (
          <Table
            label="Binds"
            rows={rows}
            rowKey={({ id }) => id}
            columns={columns(organization, cannot, setAsked)}
            hasKeys={false}
            expected={2}
            empty={
              <EmptyState title="Bound to nothing" action={add} command={<Command text={`slipway app bind ${quoted(app.attributes.name)} orders-db`} />}>
                Bind it to a service instance, a resource or a workspace: its units see the address of a database, and a new password when there is one, and
                nobody has to copy it.
              </EmptyState>
            }
          />
        )}
      </Section>
      {asked === 'bind' && <BindDialog organization={organization} app={app} onClose={close} />}
      {asked !== null && asked !== 'bind' && <UnbindDialog app={app} bind={asked} onClose={close} />}
    </>
  )
}

const columns = (organization: string, cannot: string | null, onUnbind: (bind: Bind) => void): readonly Column<Bind>[] => [
  { key: 'to', title: 'Bound to', narrow: 'first', cell: ({ attributes }) => <Origin organization={organization} origin={attributes.origin} /> },
  { key: 'status', title: 'Status', narrow: 'end', cell: ({ attributes }) => <Status of="bind" value={attributes.status} /> },
  {
    key: 'variables',
    title: 'Variables',
    narrow: 'second',
    isWide: true,
    cell: ({ attributes }) => (
      <Row gap={1} isWrapping>
        {attributes.variables.map(({ name, output }) => (
          <span key={name} title={`The output ${output}`}>
            <KeyTag name={name} />
          </span>
        ))}
        {attributes.reason && <Text level={2} isSmall>{attributes.reason}</Text>}
      </Row>
    ),
  },
  { key: 'who', title: 'By', from: 1024, cell: ({ attributes }) => <Text level={2}>{attributes['created-by']}</Text> },
  { key: 'when', title: 'Changed', align: 'end', from: 1024, cell: ({ attributes }) => <Text level={3}><Time at={attributes['updated-at']} form="short" /></Text> },
  {
    key: 'do',
    title: 'Unbind',
    align: 'end',
    narrow: 'second',
    cell: (bind) => <IconButton icon="trash" label={`Unbind ${originName(bind)}`} disabledReason={cannot} onClick={() => onUnbind(bind)} />,
  },
]

function Origin({ organization, origin }: { organization: string; origin: Bind['attributes']['origin'] }) {
  const { kind, id, name } = origin
  const to = id && name ? pageOf(organization, kind, id, name) : null
  return (
    <Row gap={2}>
      <Icon name={objectIcon(kind)} />
      {name ? to ? <Link to={to} look="name">{name}</Link> : <Text isStrong>{name}</Text> : <Text level={3}>{`A ${objectWord(kind)} that you may not see`}</Text>}
      {name && <Text level={3}>{objectWord(kind)}</Text>}
    </Row>
  )
}
