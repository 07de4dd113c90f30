// Whose yes changes in a project need, beside its workspaces.
import { useQuery } from '@tanstack/react-query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { Button, LinkButton } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Text } from '@/ui/text'
import { approvalRules, mayManageRules } from './queries'
import styles from './project.module.css'

/** Those of the project itself and those of the whole organization; nothing for who may not see them. */
export function ApprovalRules({ organization, projectId }: { organization: string; projectId: string }) {
  const { data, error } = useQuery(approvalRules(organization))
  const may = useQuery(mayManageRules(organization, projectId)).data?.data[0]?.attributes['is-allowed'] ?? true
  if (error) return null
  const rules = (data?.data ?? []).filter(({ relationships }) => {
    const project = relationships?.['project']?.data
    return !project || (!Array.isArray(project) && project.id === projectId)
  })
  const search = (changes: object) => ({ project: projectId, ...changes }) as never
  const refusal = may ? null : 'This needs approval-rule.manage in the project. Ask who administers it.'
  const to = addresses.approvalRules(organization)
  return (
    <Section
      title="Approval rules"
      {...(data && { count: rules.length })}
      isRuled
      actions={
        refusal ? (
          <Button size="sm" icon="plus" disabledReason={refusal}>
            New rule
          </Button>
        ) : (
          <LinkButton size="sm" icon="plus" to={to} search={search({ new: true })}>
            New rule
          </LinkButton>
        )
      }
    >
      {data && rules.length === 0 && (
        <p className={styles.none}>Whoever may apply here does so alone. A rule says how many people have to approve a plan first.</p>
      )}
      <ul>
        {rules.map(({ id, attributes, relationships }) => (
          <li key={id} className={styles.set}>
            <Icon name="check" />
            <Link to={to} search={search({ rule: id })} look="name">
              {attributes.name}
            </Link>
            <Text level={3} isSmall>
              {counted(attributes.approvals, 'approval')}
              {!relationships?.['project']?.data && ', in every project'}
            </Text>
          </li>
        ))}
      </ul>
    </Section>
  )
}
