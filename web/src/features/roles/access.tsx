// Who may do what, and why: one person, team or program, and one place.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Command } from '@/ui/command'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Segmented } from '@/ui/segmented'
import { AccessQuestion } from './access-question'
import { AccessTable } from './access-table'
import { Chains } from './chains'
import { allPermissions, grouped } from './permissions'
import { parseAccess } from './search'
import styles from './access.module.css'

export default function Access() {
  const organization = useOrganization()
  const [search, change] = useSearchState(parseAccess)
  const { data: account } = useSuspenseQuery(get('/api/v2/account/details'))
  const seesOthers = useAllowed(organization).may('organization.access.read')
  const subject = (seesOthers ? search.subject : undefined) ?? account.data.id
  const isSelf = subject === account.data.id
  const permissions = grouped(useQuery(allPermissions()).data?.data ?? [])
  const { data, error, refetch } = useQuery({
    ...get('/api/v2/organizations/{organization}/access-explanations', {
      params: { path: { organization }, query: { subject, ...(search.scope && { scope: search.scope }) } },
    }),
    placeholderData: (before) => before,
  })
  const explanations = data?.data as readonly ResourceOf<'AccessExplanation'>[] | undefined
  const name = explanations?.[0]?.attributes['subject-name'] ?? (isSelf ? account.data.attributes.username : 'somebody')
  const shown = explanations?.find(({ attributes }) => attributes.permission === search.permission)
  return (
    <>
      <PageHead
        title="Effective permissions"
        meta="What somebody may do somewhere, and every way by which it was given. What is given or taken counts from the next request on."
      />
      <AccessQuestion
        organization={organization}
        subject={subject}
        self={{ id: account.data.id, name: account.data.attributes.username }}
        place={search.place}
        scope={search.scope}
        seesOthers={seesOthers}
        onChange={change}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <div className={styles.columns}>
          <div className={styles.list}>
            <Section
              title="What is allowed"
              actions={
                <Segmented
                  label="Show"
                  value={search.allowed ? 'allowed' : 'all'}
                  options={[
                    { value: 'all', text: 'Everything' },
                    { value: 'allowed', text: 'Only what is allowed' },
                  ]}
                  onChange={(value) => void change({ allowed: value === 'allowed' ? true : undefined }, { replace: true })}
                />
              }
            >
              <AccessTable
                groups={permissions}
                explanations={explanations}
                chosen={search.permission}
                isOnlyAllowed={search.allowed ?? false}
                onChoose={(permission) => void change({ permission }, { replace: true })}
              />
            </Section>
            <div className={styles.command}>
              <Command text={commandOf(name, isSelf, search)} />
            </div>
          </div>
          <div className={styles.aside}>
            <Chains
              organization={organization}
              name={name}
              permission={search.permission}
              explanation={shown}
              isKnown={explanations !== undefined}
            />
          </div>
        </div>
      )}
    </>
  )
}

function commandOf(name: string, isSelf: boolean, { place, scope, permission }: ReturnType<typeof parseAccess>): string {
  const where = place && scope ? ` --in-${place} ${scope}` : ''
  if (permission) return `slipway access explain ${name} ${permission}${where}`
  return `slipway access list${isSelf ? '' : ` --of ${name}`}${where}`
}
