// The chain of one permission: from who it is, over the team and the role that was given, to what the role covers.
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Alert } from '@/ui/alert'
import { Link } from '@/ui/link'
import { Rail, type Station } from '@/ui/rail'
import { Section } from '@/ui/section'
import styles from './access.module.css'

type Explanation = ResourceOf<'AccessExplanation'>
type Chain = Explanation['attributes']['chains'][number]

interface ChainsProps {
  organization: string
  name: string
  /** The one that was chosen. */
  permission: string | undefined
  /** Undefined where it is not allowed. */
  explanation: Explanation | undefined
  /** Whether the answer is there. */
  isKnown: boolean
}

export function Chains({ organization, name, permission, explanation, isKnown }: ChainsProps) {
  return (
    <Section title="Why" isRuled>
      <div className={styles.chains}>
        {!permission && <p className={styles.none}>Choose a permission to see by which roles and teams it is allowed.</p>}
        {permission && isKnown && !explanation && (
          <p className={styles.none}>
            {name} may not do this there: no role that {name} or a team of {name} holds covers <code>{permission}</code>.
          </p>
        )}
        {permission && explanation && (
          <>
            {explanation.attributes['is-within-token-scopes'] === false && (
              <Alert tone="warning" title="Your token is limited">
                The roles allow it, but this token is limited to {explanation.attributes['token-scopes']?.join(', ')}.
              </Alert>
            )}
            {explanation.attributes.chains.map((chain) => (
              <div key={`${chain['role-assignment']} ${chain.node}`} className={styles.chain}>
                <Rail label={`A way to ${permission}`} stations={stations(organization, name, permission, chain)} />
              </div>
            ))}
          </>
        )}
      </div>
    </Section>
  )
}

function stations(organization: string, name: string, permission: string, chain: Chain): readonly Station[] {
  const team = chain['team-name']
  const settings = (section: string) => addresses.settings(organization, section)
  return [
    { name, icon: chain.team === undefined && name === team ? 'team' : 'user' },
    ...(team && chain.team
      ? [{ name: `is in team ${team}`, icon: 'team' as const, detail: <Link to={`${settings('teams')}/${chain.team}`}>Open {team}</Link> }]
      : []),
    {
      name: `${team ? 'which holds' : 'holds'} the role ${chain.role}`,
      icon: 'shield',
      detail: `in ${placeName(chain)}`,
    },
    {
      name: 'which covers it',
      icon: 'ok',
      tone: 'success',
      detail: (
        <>
          <code>{chain.node === '*' ? 'everything' : chain.node}</code>
          {chain.node !== permission && (
            <>
              {' '}
              covers <code>{permission}</code>
            </>
          )}
        </>
      ),
    },
  ]
}

function placeName(chain: Chain): string {
  return chain.scope === 'site' ? 'the whole site' : chain['scope-name']
}
