// What a resource of a template needs and is given.
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { addresses } from '@/lib/addresses'
import { KeyValue } from '@/ui/key-value'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Text } from '@/ui/text'
import { NamingExample } from './naming-example'
import { integrationKinds, type Template, treeOf } from './queries'
import { long, needOf } from './words'
import styles from './templates.module.css'

export function Rules({ organization, template }: { organization: string; template: Template }) {
  const { attributes } = template
  const { naming, secrets, service, engine } = attributes
  const settings = attributes['required-settings']
  const version = attributes['engine-version']
  return (
    <Section title="What its resources need" isRuled>
      <KeyValue
        width="lg"
        entries={[
          ['Stand on', <StandsOn key="parents" organization={organization} template={template} />],
          ['Integrations', <Integrations key="integrations" template={template} />],
          settings.length > 0 ? ['Settings from above', <Lines key="settings" lines={settings.map((name) => [name, <code key={name}>{name}</code>])} />] : null,
          [
            'Are called',
            naming ? (
              <div key="naming">
                <code>{naming}</code>
                <br />
                <Text level={3} isSmall>
                  <NamingExample pattern={naming} organization={organization} template={attributes.key} />
                </Text>
              </div>
            ) : (
              <Text key="naming" level={3}>
                as people choose
              </Text>
            ),
          ],
          secrets.length > 0 ? ['Secrets', <Lines key="secrets" lines={secrets.map((secret) => [`${secret.name} ${String(secret['is-environment'])}`, <Secret key={secret.name} secret={secret} />])} />] : null,
          attributes['is-abstract'] ? null : ['Engine', `${engine === 'terraform' ? 'Terraform' : 'OpenTofu'}${version ? ` ${version}` : ', the server’s default version'}`],
          service
            ? [
                'Give apps',
                <Lines
                  key="service"
                  lines={service.outputs.map(({ output, variable }) => [
                    variable,
                    <span key={variable}>
                      <code>{output}</code> <Text level={3}>as</Text> <code>{variable}</code>
                    </span>,
                  ])}
                />,
              ]
            : null,
        ]}
      />
    </Section>
  )
}

function Lines({ lines }: { lines: readonly (readonly [key: string, line: ReactNode])[] }) {
  return (
    <ul className={styles.plain}>
      {lines.map(([key, line]) => (
        <li key={key}>{line}</li>
      ))}
    </ul>
  )
}

/** Parents are known by their keys; the tree says which of them the caller may look at. */
function StandsOn({ organization, template }: { organization: string; template: Template }) {
  const nodes = useQuery(treeOf(template.id, 'parents')).data?.data.attributes.nodes ?? []
  const { parents } = template.attributes
  if (parents.length === 0) return <Text level={3}>nothing</Text>
  return (
    <Lines
      lines={parents.map((parent) => {
        const node = nodes.find(({ key }) => key === parent.template)
        const need = <Text level={3}>{long(needOf(parent))}</Text>
        return [
          parent.template,
          <Row key={parent.template} gap={2}>
            {node ? <Link to={addresses.template(organization, node.id)}>{node.name}</Link> : <code>{parent.template}</code>} {need}
          </Row>,
        ]
      })}
    />
  )
}

function Integrations({ template: { attributes } }: { template: Template }) {
  const kinds = useQuery(integrationKinds).data?.data ?? []
  const allowed = attributes['allowed-integrations']
  if (allowed.length === 0) return <Text level={3}>none</Text>
  return (
    <Lines
      lines={allowed.map(({ kind, required }) => {
        const title = kinds.find(({ id }) => id === kind)?.attributes.title ?? kind
        const only = attributes['one-per-integration'].includes(kind)
        return [
          kind,
          <span key={kind}>
            {title}{' '}
            <Text level={3}>
              {required ? 'required' : 'if wanted'}
              {only && ', one resource for each'}
            </Text>
          </span>,
        ]
      })}
    />
  )
}

function Secret({ secret }: { secret: Template['attributes']['secrets'][number] }) {
  const { name, source } = secret
  return (
    <span>
      <code>{name}</code>{' '}
      <Text level={3}>
        {secret['is-environment'] ? 'in the environment, ' : ''}
        {source.kind === 'given' ? 'from whoever orders' : `from ${source.key} of the variable set ${source['variable-set']}`}
      </Text>
    </span>
  )
}
