// The columns of the list of rules.
import type { Schema } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { IconButton } from '@/ui/button'
import { Link } from '@/ui/link'
import type { Column } from '@/ui/table'
import { Text } from '@/ui/text'

type Rule = Schema<'TrustRule'>

export function ruleColumns(organization: string, refusal: string | null, onRemove: (rule: Rule) => void): readonly Column<Rule>[] {
  return [
    { key: 'name', title: 'Name', narrow: 'first', cell: (rule) => <Text isStrong>{rule.name}</Text> },
    {
      key: 'conditions',
      title: 'When a token says',
      isWide: true,
      narrow: 'second',
      cell: (rule) => (
        <Text isMono level={2} title={rule.conditions.map(said).join('\n')}>
          {rule.conditions.map(said).join('  ')}
        </Text>
      ),
    },
    {
      key: 'account',
      title: 'Let in as',
      from: 1024,
      cell: (rule) => (
        <Link to={`${addresses.settings(organization, 'service-accounts')}/${rule['service-account']}`} look="plain">
          {rule['service-account-name'] ?? rule['service-account']}
        </Link>
      ),
    },
    { key: 'scopes', title: 'May', from: 1240, cell: (rule) => <Text level={2}>{rule.scopes?.join(', ') ?? 'all of the account’s'}</Text> },
    { key: 'minutes', title: 'For', align: 'end', from: 1024, cell: (rule) => <Text level={2}>{rule['token-minutes'] ?? 60} min</Text> },
    {
      key: 'remove',
      title: '',
      align: 'end',
      narrow: 'end',
      cell: (rule) => <IconButton icon="trash" label={`Remove ${rule.name}`} disabledReason={refusal} onClick={() => onRemove(rule)} />,
    },
  ]
}

/** `repository=acme/shop`, `ref~main*`. */
function said({ claim, equals, matches }: Rule['conditions'][number]): string {
  return matches ? `${claim}~${matches}` : `${claim}=${String(equals)}`
}
