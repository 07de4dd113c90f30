// The organization's name, defaults and end.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get, type ResourceOf, type Schema } from '@/api/query'
import { useOrganization } from '@/lib/search'
import { KeyValue } from '@/ui/key-value'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { DeleteOrganization } from './delete-organization'
import { SettingsForm } from './settings-form'

export default function OrganizationSettings() {
  const organization = useOrganization()
  const { data: document } = useSuspenseQuery(get('/api/v2/organizations/{organization}', { params: { path: { organization } } }))
  const { attributes } = document.data
  const days = attributes['longest-token-days']
  return (
    <>
      <PageHead title="General" meta={`What holds for all of ${organization}.`} />
      <Section title="Settings">
        {attributes.permissions['can-update'] ? (
          <SettingsForm key={JSON.stringify(attributes)} organization={document.data as ResourceOf<'Organization'>} />
        ) : (
          <Facts organization={attributes} />
        )}
      </Section>
      <Section title="Limits" isRuled>
        <KeyValue
          width="lg"
          entries={[
            ['Id', <code key="id">{attributes['external-id']}</code>],
            ['Made', <Time key="made" at={attributes['created-at']} />],
            ['Tokens live', days ? `${days} days at most` : 'as long as they are made for'],
            ['Events are kept', 'for ever, unless the operator of this server sets retention.event_days'],
            ['States and logs are kept', 'as long as their workspace'],
          ]}
        />
      </Section>
      <DeleteOrganization organization={document.data as ResourceOf<'Organization'>} />
    </>
  )
}

/** The settings for who may not change them. */
function Facts({ organization }: { organization: Schema<'Organization'> }) {
  return (
    <>
      <KeyValue
        width="lg"
        entries={[
          ['Name', organization.name],
          ['Mail address', organization.email ?? 'none'],
          ['Role of new members', organization['default-member-role'] ?? 'none'],
          ['Role of new teams', organization['default-team-role'] ?? 'none'],
        ]}
      />
      <p>
        <Text level={3}>
          To change this, you need the permission organization.update. Ask an administrator of {organization.name}.
        </Text>
      </p>
    </>
  )
}
