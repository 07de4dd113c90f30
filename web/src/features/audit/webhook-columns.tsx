// The columns of the list of webhooks.
import { IconButton } from '@/ui/button'
import { Menu } from '@/ui/menu'
import { Status } from '@/ui/status'
import type { Column } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import type { Webhook } from './webhooks'

interface Actions {
  onChange: (webhook: Webhook) => void
  onTest: (webhook: Webhook) => void
  onSwitch: (webhook: Webhook) => void
  onReplace: (webhook: Webhook) => void
  onDelete: (webhook: Webhook) => void
}

export function webhookColumns(actions: Actions): readonly Column<Webhook>[] {
  return [
    {
      key: 'url',
      title: 'Address',
      isWide: true,
      narrow: 'first',
      cell: ({ attributes }) => (
        <Text isMono title={attributes.description || attributes.url}>
          {attributes.url}
        </Text>
      ),
    },
    {
      key: 'for',
      title: 'For',
      from: 1240,
      cell: ({ attributes }) => <Text level={2}>{attributes.description || '–'}</Text>,
    },
    { key: 'state', title: 'State', narrow: 'second', cell: ({ attributes }) => <State webhook={attributes} /> },
    {
      key: 'delivered',
      title: 'Last delivery',
      from: 1024,
      cell: ({ attributes }) => (
        <Text level={2}>{attributes['delivered-at'] ? <Time at={attributes['delivered-at']} /> : 'none yet'}</Text>
      ),
    },
    {
      key: 'more',
      title: '',
      align: 'end',
      narrow: 'end',
      cell: (webhook) => (
        <Menu
          trigger={<IconButton icon="more" label={`More for ${webhook.attributes.url}`} />}
          groups={[
            {
              items: [
                { title: 'Edit…', icon: 'settings', onSelect: () => actions.onChange(webhook) },
                { title: 'Send a test', icon: 'run', onSelect: () => actions.onTest(webhook) },
                {
                  title: webhook.attributes.enabled ? 'Turn off' : 'Turn on, from where it stopped',
                  icon: webhook.attributes.enabled ? 'pause' : 'run',
                  onSelect: () => actions.onSwitch(webhook),
                },
                { title: 'Replace its secret…', icon: 'refresh', onSelect: () => actions.onReplace(webhook) },
              ],
            },
            { items: [{ title: 'Delete…', icon: 'trash', isDanger: true, onSelect: () => actions.onDelete(webhook) }] },
          ]}
        />
      ),
    },
  ]
}

function State({ webhook }: { webhook: Webhook['attributes'] }) {
  const detail = webhook['disabled-reason'] ?? webhook['last-error'] ?? undefined
  if (!webhook.enabled) return <Status of="health" value="off" detail={detail} />
  if (webhook['failing-since']) return <Status of="health" value="failed" detail={detail} />
  return <Status of="health" value={webhook['up-to-date'] ? 'ok' : 'running'} />
}
