// A new integration: first what it is, then the form of that kind.
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link as RouterLink, useNavigate } from '@tanstack/react-router'
import { useAllowed } from '@/api/allowed'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { parameter, useOrganization, useSearchState } from '@/lib/search'
import { Alert } from '@/ui/alert'
import { LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { Stack } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { IntegrationForm } from './form'
import type { Kind } from './schema'
import styles from './integrations.module.css'

export const parseNewSearch = (raw: Readonly<Record<string, unknown>>) => ({ kind: parameter.text(raw['kind']) })

const GROUPS = [
  ['forge', 'Git forges', 'Workspaces come from their repositories; pushes and pull requests start runs.'],
  ['cloud', 'Clouds and services', 'Runs get what their providers need, for the phases that need it.'],
  ['registry', 'Registries for images', 'Apps are deployed from them, and what is built for Kubernetes goes there.'],
  ['chat', 'Chats', 'Where messages go.'],
] as const

export default function NewIntegration() {
  const organization = useOrganization()
  const navigate = useNavigate()
  const refusal = useAllowed(organization).refusal('integration.manage')
  const [search] = useSearchState(parseNewSearch)
  const kinds = useSuspenseQuery(get('/api/v2/integration-kinds', { params: { query: { 'page[size]': 100 } } })).data.data as readonly Kind[]
  const kind = kinds.find(({ id }) => id === search.kind)
  const list = addresses.settings(organization, 'integrations')
  const here = addresses.integration(organization, 'new')
  return (
    <>
      <PageHead
        title={kind ? `Connect ${kind.attributes.title}` : 'New integration'}
        meta={kind?.attributes.description ?? 'What do you want to connect?'}
        crumbs={[{ title: 'Integrations', to: list }, ...(kind ? [{ title: 'New', to: here }] : [])]}
      />
      {refusal && (
        <Alert tone="neutral" icon="lock" title="You may look at this form, not use it">
          {refusal}
        </Alert>
      )}
      {kind ? (
        <IntegrationForm
          key={kind.id}
          organization={organization}
          kind={kind}
          integration={null}
          disabledReason={refusal}
          onDone={({ id }) => void navigate({ to: addresses.integration(organization, id) })}
          beside={
            <LinkButton look="quiet" to={here} search={{}}>
              Another kind
            </LinkButton>
          }
        />
      ) : (
        <Stack gap={4}>
          {GROUPS.map(([group, title, about]) => (
            <Section key={group} title={title} about={about}>
              <ul className={styles.kinds}>
                {kinds
                  .filter(({ attributes }) => attributes.group === group)
                  .map(({ id, attributes }) => (
                    <li key={id}>
                      <RouterLink to={here} search={{ kind: id } as never}>
                        <strong>{attributes.title}</strong>
                        <span>{attributes.description}</span>
                      </RouterLink>
                    </li>
                  ))}
              </ul>
            </Section>
          ))}
          <Command text="slipway integration kinds" />
        </Stack>
      )}
    </>
  )
}
