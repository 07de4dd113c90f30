// What the caller opened last, in any browser.
import { usePreference } from '@/api/preferences'
import { addresses } from '@/lib/addresses'
import { Icon, type IconName } from '@/ui/icon'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import styles from './aside.module.css'

/** What the frame keeps of an object that was opened. */
interface Used {
  readonly kind: string
  readonly id: string
  readonly name: string
  readonly organization?: string
  readonly to?: string
  readonly at?: string
}

const SHOWN = 6

const ICONS: Record<string, IconName> = {
  workspace: 'workspace',
  project: 'project',
  run: 'run',
  'variable-set': 'variables',
  team: 'team',
  role: 'shield',
  'service-account': 'bot',
  'runner-pool': 'runner',
}

export function Recent({ organization }: { organization: string }) {
  const [used] = usePreference<readonly Used[]>('recent', [])
  const here = used.filter((one) => one.organization === undefined || one.organization === organization).slice(0, SHOWN)
  return (
    <Section title="Recently used" isRuled>
      {here.length === 0 && <p className={styles.none}>What you open is listed here.</p>}
      <ul>
        {here.map((one) => (
          <li key={`${one.kind} ${one.id}`} className={styles.recent}>
            <Icon name={ICONS[one.kind] ?? 'dot'} />
            <Link to={one.to ?? addressOf(organization, one)} look="plain">
              {one.name}
            </Link>
            {one.at && (
              <Text level={3} isSmall>
                <Time at={one.at} form="short" />
              </Text>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}

function addressOf(organization: string, { kind, id, name }: Used): string {
  if (kind === 'workspace') return addresses.workspace(organization, name)
  if (kind === 'project') return addresses.project(organization, id)
  if (kind === 'variable-set') return addresses.variableSet(organization, id)
  return addresses.organization(organization)
}
