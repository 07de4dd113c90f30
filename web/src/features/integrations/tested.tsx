// What a test of an integration showed: whom the other side takes us for, and which rights are missing for what.
import type { Schema } from '@/api/query'
import { Alert } from '@/ui/alert'
import { Facts } from '@/ui/text'
import { Time } from '@/ui/time'
import styles from './integrations.module.css'

export function Tested({ result }: { result: Schema<'IntegrationTest'> }) {
  const { account, error, 'missing-rights': missing, 'not-tested': untried, 'expires-at': expires } = result
  const isUsable = result['is-usable']
  const isWhole = isUsable && missing.length === 0
  const title = !isUsable ? 'It cannot be used like this' : isWhole ? `It lets us in${account ? ` as ${account}` : ''}` : `It lets us in${account ? ` as ${account}` : ''}, but not everywhere`
  return (
    <Alert tone={isWhole ? (untried ? 'neutral' : 'success') : isUsable ? 'warning' : 'danger'} title={title}>
      <div className={styles.tested}>
        {error && <p>{error}</p>}
        <MissingRights rights={missing} />
        {untried && <p>{untried}</p>}
        {expires && (
          <Facts>
            {[
              <span key="expires">
                What it holds expires <Time at={expires} />
              </span>,
            ]}
          </Facts>
        )}
      </div>
    </Alert>
  )
}

/** Each right that is missing, with what does not work without it. */
export function MissingRights({ rights }: { rights: readonly Schema<'MissingRight'>[] }) {
  if (rights.length === 0) return null
  return (
    <ul className={styles.rights} aria-label="Missing rights">
      {rights.map(({ right, 'needed-for': purpose }) => (
        <li key={right}>
          <code>{right}</code> {purpose}
        </li>
      ))}
    </ul>
  )
}
