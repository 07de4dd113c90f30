// What the units of an app see.
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { quoted } from '@/lib/shell'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Row, Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Sensitive, Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { RestartDialog } from '../one/deploy-dialogs'
import { type App, envOf, useOpenApp, useRefreshApps, type Variable } from '../queries'
import { noRestart, refusal, variableKey } from '../words'
import { SetDialog, UnsetDialog } from './dialogs'
import { History } from './history'
import styles from '../apps.module.css'

export default function Env() {
  const { organization, app } = useOpenApp()
  const unseen = refusal(app, 'can-read-env')
  if (unseen) return <Alert tone="neutral" icon="lock" title="Its variables are not for you">{unseen}</Alert>
  return <Shown organization={organization} app={app} />
}

type Asked = { readonly kind: 'set'; readonly variable: Variable | null } | { readonly kind: 'unset'; readonly variable: Variable } | { readonly kind: 'restart' }

function Shown({ organization, app }: { organization: string; app: App }) {
  const navigate = useNavigate()
  const refresh = useRefreshApps()
  const name = quoted(app.attributes.name)
  const [asked, setAsked] = useState<Asked | null>(null)
  const { data, error, refetch } = useQuery(envOf(app.id))
  const variables = data?.data.attributes.variables
  const cannot = refusal(app, 'can-update-env')
  const close = () => setAsked(null)
  const add = (
    <Button look="primary" icon="plus" disabledReason={cannot} onClick={() => setAsked({ kind: 'set', variable: null })}>
      Set a variable…
    </Button>
  )
  return (
    <>
      <Section title="Variables" count={variables?.length} about="Values that are private are shown to nobody." actions={variables?.length === 0 ? undefined : add}>
        {error && !data ? (
          <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
        ) : (
          <Stack gap={4}>
            {data?.data.attributes['is-pending'] && noRestart(app) === null && (
              <Alert
                tone="neutral"
                icon="clock"
                title="Units still see former variables"
                action={
                  <Button size="sm" icon="refresh" disabledReason={refusal(app, 'can-deploy')} onClick={() => setAsked({ kind: 'restart' })}>
                    Restart…
                  </Button>
                }
              >
                These come with the next deploy or restart.
              </Alert>
            )}
            <Table
              label="Variables"
              rows={variables}
              rowKey={variableKey}
              columns={columns(cannot, setAsked)}
              hasKeys={false}
              expected={3}
              empty={
                <EmptyState title="No variables" action={add} command={<Command text={`slipway app env set LOG_LEVEL=debug --app ${name}`} />}>
                  Its units see what you set here, each as a variable of their environment. Setting one exchanges the units for others that see it.
                </EmptyState>
              }
            />
            {(variables?.length ?? 0) > 0 && <Command text={`slipway app env list ${name}`} />}
          </Stack>
        )}
      </Section>
      <History app={app} />
      {asked?.kind === 'set' && <SetDialog app={app} variable={asked.variable} onClose={close} />}
      {asked?.kind === 'unset' && <UnsetDialog app={app} variable={asked.variable} onClose={close} />}
      {asked?.kind === 'restart' && (
        <RestartDialog
          app={app}
          onClose={close}
          onDone={async (deploy) => {
            await navigate({ to: addresses.deploy(organization, app.attributes.name, deploy) })
            await refresh()
          }}
        />
      )}
    </>
  )
}

const columns = (cannot: string | null, onAsk: (asked: Asked) => void): readonly Column<Variable>[] => [
  {
    key: 'name',
    title: 'Name',
    narrow: 'first',
    cell: (variable) => (
      <Row gap={2}>
        <code>{variable.name}</code>
        {variable.process && <Tag isLine>only {variable.process}</Tag>}
      </Row>
    ),
  },
  {
    key: 'value',
    title: 'Value',
    narrow: 'second',
    isWide: true,
    cell: ({ value, 'alias-of': alias, 'is-private': isPrivate }) => {
      if (typeof alias === 'string') return <Text level={2}>as <code>{alias}</code></Text>
      return isPrivate ? <Sensitive /> : <span className={styles.value}>{value}</span>
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
