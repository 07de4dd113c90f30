// What is known of an integration, beside its settings.
import { counted } from '@/lib/numbers'
import { KeyValue } from '@/ui/key-value'
import { Section } from '@/ui/section'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import type { Integration } from './values'

export function Facts({ integration: { attributes }, isByBrowser }: { integration: Integration; isByBrowser: boolean }) {
  const interval = attributes['poll-interval-seconds']
  const expires = attributes['expires-at']
  return (
    <Section title="Connection" isRuled>
      <KeyValue
        entries={[
          ['Kind', attributes['kind-title']],
          ['Acts as', attributes.account ?? <Text key="account" level={3}>not known before the first test that succeeds</Text>],
          ['Tested', attributes['checked-at'] ? <Time key="tested" at={attributes['checked-at']} /> : <Text key="never" level={3}>never</Text>],
          expires
            ? [
                'Expires',
                <span key="expires">
                  <Time at={expires} />
                  {isByBrowser && <Text level={3}>{attributes['renewal-error'] ? ' · could not be renewed' : ' · renewed before'}</Text>}
                </span>,
              ]
            : null,
          attributes.group === 'forge'
            ? ['Repositories', interval ? `looked at every ${counted(interval, 'second')}` : 'looked at in the server’s own rhythm where webhooks do not reach it']
            : null,
          ['Created', <Time key="created" at={attributes['created-at']} />],
          ['Changed', <Time key="changed" at={attributes['updated-at']} />],
        ]}
      />
    </Section>
  )
}
