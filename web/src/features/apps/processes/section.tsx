// What is said of single processes of an app, beside what is said of the app.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { quoted } from '@/lib/shell'
import { ErrorNotice } from '@/ui/alert'
import { IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { Row, Stack } from '@/ui/layout'
import { Menu } from '@/ui/menu'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { KeyTag, Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { type App, useRefreshApps } from '../queries'
import { refusal } from '../words'
import { AutoscaleDialog, SettingsDialog, UnsetDialog } from './dialogs'
import { type ProcessSettings, settingsOfProcesses } from './queries'
import { autoscaleWords } from './words'

interface Asked {
  readonly kind: 'settings' | 'autoscale' | 'unset'
  readonly settings: ProcessSettings
}

export function ProcessSection({ organization, app }: { organization: string; app: App }) {
  const { data, error, refetch } = useQuery(settingsOfProcesses(app.id))
  const rows = data?.data as readonly ProcessSettings[] | undefined
  const [asked, setAsked] = useState<Asked | null>(null)
  const refresh = useRefreshApps()
  const { name, processes } = app.attributes
  const close = () => {
    setAsked(null)
    void refresh()
  }
  const shown = asked && { app, settings: asked.settings, onClose: close }
  return (
    <Section title="Processes" count={rows?.length} about="Each can have a plan, labels and annotations of its own, and be scaled by its cluster.">
      {error && !data ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Stack gap={4}>
          <Table
            label="Processes of the app"
            rows={rows}
            rowKey={({ id }) => id}
            columns={columns(app, setAsked)}
            hasKeys={false}
            expected={2}
            empty={<Text level={3}>They come with its first deploy.</Text>}
          />
          {(rows?.length ?? 0) > 0 && <Command text={`slipway app process list ${quoted(name)}`} />}
        </Stack>
      )}
      {shown && asked?.kind === 'settings' && <SettingsDialog organization={organization} {...shown} />}
      {shown && asked?.kind === 'autoscale' && <AutoscaleDialog process={processes.find((one) => one.name === asked.settings.attributes.process)} {...shown} />}
      {shown && asked?.kind === 'unset' && <UnsetDialog {...shown} />}
    </Section>
  )
}

const columns = (app: App, onAsk: (asked: Asked) => void): readonly Column<ProcessSettings>[] => [
  {
    key: 'name',
    title: 'Process',
    narrow: 'first',
    cell: ({ attributes }) => (
      <Row gap={2}>
        <Text isStrong>{attributes.process}</Text>
        {attributes['is-pending'] && <Tag isLine>from the next deploy or restart</Tag>}
      </Row>
    ),
  },
  { key: 'plan', title: 'Plan', narrow: 'second', cell: ({ attributes: { plan } }) => (plan ? <Text level={2}>{plan.name}</Text> : <Text level={3}>the app’s</Text>) },
  {
    key: 'scale',
    title: 'Scaled',
    narrow: 'second',
    cell: ({ attributes: { autoscale } }) => (autoscale ? <Text level={2}>{autoscaleWords(autoscale)}</Text> : <Text level={3}>by hand</Text>),
  },
  {
    key: 'labels',
    title: 'Labels and annotations',
    isWide: true,
    from: 1024,
    cell: ({ attributes: { labels, annotations } }) => (
      <Row gap={1} isWrapping>
        {[...Object.entries(labels), ...Object.entries(annotations)].map(([key, value]) => (
          <KeyTag key={key} name={`${key}=${value}`} />
        ))}
      </Row>
    ),
  },
  {
    key: 'do',
    title: 'Change',
    align: 'end',
    narrow: 'end',
    cell: (settings) => {
      const { process, autoscale } = settings.attributes
      const ask = (kind: Asked['kind']) => () => onAsk({ kind, settings })
      const cannotScale = refusal(app, 'can-scale')
      return (
        <Menu
          trigger={<IconButton icon="more" label={`What can be done with ${process}`} />}
          groups={[
            { items: [{ title: 'Settings…', icon: 'edit', onSelect: ask('settings'), disabledReason: refusal(app, 'can-update') }] },
            {
              items: [
                { title: autoscale ? 'Change how it is scaled…' : 'Let the cluster scale it…', icon: 'refresh', onSelect: ask('autoscale'), disabledReason: cannotScale },
                ...(autoscale ? [{ title: 'Scale it by hand…', icon: 'close' as const, onSelect: ask('unset'), disabledReason: cannotScale }] : []),
              ],
            },
          ]}
        />
      )
    },
  },
]
