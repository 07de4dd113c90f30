// What a blueprint says about one of its cards.
import { addresses } from '@/lib/addresses'
import { KeyValue } from '@/ui/key-value'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Text } from '@/ui/text'
import { constantNode, originWords, valueWords } from '../model'
import type { Blueprint } from '../queries'

interface ChosenProps {
  organization: string
  described: Blueprint['attributes']
  /** As the graph calls it. */
  node: string
  /** By key. */
  templateIds: ReadonlyMap<string, string>
}

export function Chosen({ organization, described, node, templateIds }: ChosenProps) {
  const { constants, externals, parts, wires } = described
  const part = parts.find(({ name }) => name === node)
  const external = externals.find(({ name }) => name === node)
  const constant = constants.find(({ name }) => constantNode(name) === node)
  const templateLink = (key: string) => {
    const id = templateIds.get(key)
    return id ? (
      <Link key="template" to={addresses.template(organization, id)}>
        {key}
      </Link>
    ) : (
      <code key="template">{key}</code>
    )
  }
  if (part) {
    const into = wires.filter(({ to }) => to.part === part.name)
    const values = Object.entries(part.values ?? {})
    return (
      <Section title={part.name} isRuled>
        <KeyValue
          entries={[
            part.description ? ['What', part.description] : null,
            ['Template', templateLink(part.template)],
            ['Version', part['source-code-version'] ? <code key="version">{part['source-code-version']}</code> : 'the recommended one'],
            ['Stands on', (part['stands-on'] ?? []).join(', ') || <Text key="none" level={3}>nothing</Text>],
            ...into.map((wire) => [wire.to.variable, <Text key="from" level={2}>{originWords(wire)}</Text>] as const),
            ...values.map(([name, value]) => [name, <code key="value">{valueWords(value)}</code>] as const),
            ...(part.tags ?? []).map(({ name, value }) => [`tag ${name}`, value] as const),
            ...(part.settings ?? []).map(({ name, value }) => [`setting ${name}`, value] as const),
          ]}
        />
      </Section>
    )
  }
  if (external) {
    return (
      <Section title={external.name} isRuled>
        <KeyValue
          entries={[
            ['What', external.description || 'A resource that is there, chosen when the blueprint is used.'],
            ['Template', templateLink(external.template)],
          ]}
        />
      </Section>
    )
  }
  if (!constant) return null
  const uses = wires.filter(({ from }) => from.constant === constant.name)
  return (
    <Section title={constant.name} isRuled>
      <KeyValue
        entries={[
          ['What', constant.description || 'A value that is asked for when the blueprint is used.'],
          ['Without one', constant.default === undefined || constant.default === null ? 'has to be given' : <code key="default">{valueWords(constant.default)}</code>],
          ['Given to', uses.map(({ to }) => `${to.part}.${to.variable}`).join(', ') || 'nothing'],
        ]}
      />
    </Section>
  )
}
