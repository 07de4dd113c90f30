// What the caller opened last, in any browser.
import { useRecent } from '@/api/used'
import { objectIcon } from '@/lib/objects'
import { Icon } from '@/ui/icon'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import styles from './aside.module.css'

const SHOWN = 6

export function Recent({ organization }: { organization: string }) {
  const [recent] = useRecent()
  const here = recent.filter((used) => used.organization === organization).slice(0, SHOWN)
  return (
    <Section title="Recently used" isRuled>
      {here.length === 0 && <p className={styles.none}>What you open is listed here.</p>}
      <ul>
        {here.map((used) => (
          <li key={`${used.kind} ${used.id}`} className={styles.recent}>
            <Icon name={objectIcon(used.kind)} />
            <Link to={used.to} look="plain">
              {used.name}
            </Link>
            <Text level={3} isSmall>
              <Time at={used.at} form="short" />
            </Text>
          </li>
        ))}
      </ul>
    </Section>
  )
}
