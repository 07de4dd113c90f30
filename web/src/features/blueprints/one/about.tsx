// What a blueprint asks of whoever uses it.
import { Section } from '@/ui/section'
import { KeyTag } from '@/ui/tag'
import { Row } from '@/ui/layout'
import { Text } from '@/ui/text'
import { valueWords } from '../model'
import type { Blueprint } from '../queries'
import styles from '../blueprints.module.css'

export function About({ attributes }: { attributes: Blueprint['attributes'] }) {
  const { constants, externals, labels } = attributes
  return (
    <>
      <Section title="It asks for" count={constants.length + externals.length} isRuled>
        {constants.length + externals.length === 0 && <Text level={3}>Nothing but what its parts ask for.</Text>}
        <ul className={styles.asked}>
          {externals.map(({ name, template, description }) => (
            <li key={`external ${name}`}>
              <Text isStrong>{name}</Text> <Text level={2}>a {template} that is there</Text>
              {description && <Text level={3}>{description}</Text>}
            </li>
          ))}
          {constants.map(({ name, default: value, description }) => (
            <li key={`constant ${name}`}>
              <Text isStrong>{name}</Text> <Text level={2}>{value === undefined || value === null ? 'a value' : `a value, ${valueWords(value)} without one`}</Text>
              {description && <Text level={3}>{description}</Text>}
            </li>
          ))}
        </ul>
      </Section>
      {labels.length > 0 && (
        <Section title="Labels" isRuled>
          <Row gap={1} isWrapping>
            {labels.map((label) => (
              <KeyTag key={label} name={label} />
            ))}
          </Row>
        </Section>
      )}
    </>
  )
}
