// What a template is for, and how to use it.
import { useAllowed } from '@/api/allowed'
import { addresses } from '@/lib/addresses'
import { Command } from '@/ui/command'
import { KeyValue } from '@/ui/key-value'
import { Split, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Markdown } from '@/ui/markdown'
import { Section } from '@/ui/section'
import { KeyTag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { UsedBy } from '@/ui/used-by'
import { MANAGE, type Template, useOpenTemplate } from '../queries'
import { Rules } from '../rules'
import styles from '../templates.module.css'

export default function TemplateOverview() {
  const { organization, template } = useOpenTemplate()
  const { documentation } = template.attributes
  const mayWrite = useAllowed(organization).may(MANAGE)
  return (
    <Split aside={<About organization={organization} template={template} />}>
      <Section title="Documentation" isRuled>
        {documentation.trim() ? (
          <Markdown text={documentation} />
        ) : (
          <Text level={3}>
            Nothing is written about how to use it.{' '}
            {mayWrite && <Link to={addresses.template(organization, template.id, 'settings')}>Write it in its settings</Link>}
          </Text>
        )}
      </Section>
      <Rules organization={organization} template={template} />
    </Split>
  )
}

function About({ organization, template: { id, attributes } }: { organization: string; template: Template }) {
  return (
    <Stack gap={4}>
      <Section title="About" isRuled>
        <KeyValue
          width="sm"
          entries={[
            ['Key', <code key="key">{attributes.key}</code>],
            ['What', attributes['is-abstract'] ? 'a group, without code' : 'something with code'],
            attributes.labels.length > 0
              ? [
                  'Labels',
                  <span key="labels" className={styles.labels}>
                    {attributes.labels.map((label) => (
                      <Link key={label} to={addresses.templates(organization)} search={{ label }} look="plain">
                        <KeyTag name={label} />
                      </Link>
                    ))}
                  </span>,
                ]
              : null,
            ['Used by', <UsedBy key="used" uses={attributes['used-by']} to={addresses.template(organization, id, 'hierarchy')} isWhole />],
            ['Created', <Time key="created" at={attributes['created-at']} />],
            ['Changed', <Time key="changed" at={attributes['updated-at']} />],
            ['Revision', attributes.revision],
          ]}
        />
      </Section>
      <Command text={`slipway template show ${attributes.key}`} />
    </Stack>
  )
}
