// Changes of resources that wait for the caller's yes.
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { LinkButton } from '@/ui/button'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { type ChangeList, related, totalOf } from './queries'
import { PlanCounts, Row } from './row'
import styles from './waiting.module.css'

const VERBS = { create: 'Order', update: 'Change', destroy: 'Destroy' } as const

/** `isFirst`: the first of them has the page's one primary action. */
export function Changes({ organization, list, isFirst }: { organization: string; list: ChangeList; isFirst: boolean }) {
  if (list.data.length === 0) return null
  const more = totalOf(list) - list.data.length
  return (
    <Section title="Changes of resources" count={totalOf(list)} isRuled>
      <ul className={styles.rows}>
        {list.data.map((change, at) => (
          <Change key={change.id} organization={organization} change={change} isFirst={isFirst && at === 0} />
        ))}
      </ul>
      {more > 0 && (
        <p className={styles.more}>
          <Link to={addresses.resourceChanges(organization)} search={{ mine: 'decide' } as never}>
            {more} more among all changes
          </Link>
        </p>
      )}
    </Section>
  )
}

function Change({ organization, change, isFirst }: { organization: string; change: ResourceOf<'ResourceChange'>; isFirst: boolean }) {
  const { attributes } = change
  const to = addresses.resource(organization, related(change, 'resource') ?? '')
  const run = related(change, 'run')
  const title = `${VERBS[attributes.kind]} ${attributes['resource-name']}`
  return (
    <Row
      icon="resource"
      tone="accent"
      title={title}
      to={to}
      facts={[
        attributes.template,
        attributes['requested-by'],
        attributes.reason ? `“${attributes.reason}”` : null,
        attributes.kind === 'destroy' ? <Text key="destroy">destroys everything behind it</Text> : null,
        <span key="since">
          waiting <Time at={attributes['updated-at']} form="short" />
        </span>,
      ]}
      end={run && <PlanCounts run={run} />}
      action={
        <LinkButton to={to} size="sm" look={isFirst ? 'primary' : 'default'}>
          Review
        </LinkButton>
      }
    />
  )
}
