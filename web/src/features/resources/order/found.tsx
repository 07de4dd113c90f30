// What was found in a state, before anything is ordered with it; and what was brought, once it is.
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { Alert } from '@/ui/alert'
import { Stack } from '@/ui/layout'
import { KeyValue } from '@/ui/key-value'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import type { Check, Imported } from '../queries'
import styles from './order.module.css'

export function Found({ organization, check }: { organization: string; check: Check }) {
  const { import: found, notes } = check
  if (!found) return null
  const destroys = found['unknown-addresses'].length > 0
  return (
    <Section title="What was found" isRuled>
      <Stack gap={3}>
        <BroughtFacts organization={organization} found={found} />
        {notes.length > 0 && (
          <Alert tone={destroys ? 'danger' : 'warning'} title={destroys ? 'Something would be destroyed' : 'Before you go on'}>
            <ul className={styles.notes}>
              {notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          </Alert>
        )}
        <p className={styles.quiet}>
          Nothing was ordered yet. Whether anything differs says the plan, which is made on this state: where nothing has to change, nothing is applied.
        </p>
      </Stack>
    </Section>
  )
}

/** The facts of a state. */
export function BroughtFacts({ organization, found }: { organization: string; found: Imported }) {
  const { 'resource-count': count, 'left-out-count': left, 'unknown-addresses': unknown, 'from-workspace': workspace } = found
  return (
    <KeyValue
      entries={[
        ['Brings', counted(count, 'running resource')],
        workspace
          ? [
              'Copied from',
              <Link key="from" to={addresses.workspace(organization, workspace)}>
                {workspace}
              </Link>,
            ]
          : null,
        found.module ? ['Below', <code key="module">{found.module}</code>] : null,
        left > 0 ? ['Left where it is', counted(left, 'other resource')] : null,
        unknown.length > 0
          ? [
              'Not in the module',
              <span key="unknown" className={styles.addresses}>
                {unknown.map((address) => (
                  <code key={address}>{address}</code>
                ))}
              </span>,
            ]
          : null,
        ['State', <code key="state">{`serial ${found.serial}, ${found.lineage}`}</code>],
      ]}
    />
  )
}
