// One integration: how it stands, who uses it, its settings; test, switch, authorize, delete.
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { call, get, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization, useParam } from '@/lib/search'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button, IconButton, LinkButton } from '@/ui/button'
import { Stack } from '@/ui/layout'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { toast } from '@/ui/toast'
import { Assignments } from './assignments'
import { forget, goAway, wentAwayFor } from './authorizing'
import { DeleteIntegration } from './delete-integration'
import { Facts } from './facts'
import { IntegrationForm } from './form'
import { healthOf } from './health'
import type { Kind } from './schema'
import { MissingRights, Tested } from './tested'
import { UsedBy } from './used-by'
import type { Integration } from './values'

export default function IntegrationPage() {
  const organization = useOrganization()
  const id = useParam('integration')
  const [isBack] = useState(() => wentAwayFor(id))
  useEffect(forget, [])
  const queries = useQueryClient()
  const navigate = useNavigate()
  const allowed = useAllowed(organization)
  const refusal = allowed.refusal('integration.manage')
  const [isDeleting, setDeleting] = useState(false)
  const path = { integration: id }
  const document = useSuspenseQuery(get('/api/v2/integrations/{integration}', { params: { path } })).data
  const kinds = useSuspenseQuery(get('/api/v2/integration-kinds', { params: { query: { 'page[size]': 100 } } })).data.data as readonly Kind[]
  const integration = document.data as Integration
  const { attributes } = integration
  const kind = kinds.find((one) => one.id === attributes.kind)
  const refresh = () =>
    Promise.all(
      [stale('/api/v2/integrations/{integration}'), stale('/api/v2/organizations/{organization}/integrations')].map((queryKey) =>
        queries.invalidateQueries({ queryKey }),
      ),
    )
  const test = useMutation({
    mutationFn: () => call('post', '/api/v2/integrations/{integration}/actions/test', { params: { path } }),
    onSuccess: refresh,
  })
  const turn = useMutation({
    mutationFn: (isOn: boolean) =>
      call('patch', '/api/v2/integrations/{integration}', {
        params: { path },
        body: { data: { type: 'integrations', attributes: { 'is-enabled': isOn } } },
      }),
    onSuccess: async (_, isOn) => {
      toast({ text: `${attributes.name} is ${isOn ? 'on' : 'off'}.` })
      await refresh()
    },
  })
  const authorize = useAuthorize(id)
  const isByBrowser = kind?.attributes.methods.some((method) => method['is-by-browser'] && method.name === attributes.settings['method']) ?? false
  const failed = test.error ?? turn.error ?? authorize.error
  const list = addresses.settings(organization, 'integrations')
  return (
    <>
      <PageHead
        title={attributes.name}
        status={<Status of="integration" value={healthOf(integration).status} isBadge />}
        meta={attributes.description || attributes['kind-title']}
        crumbs={[{ title: 'Integrations', to: list }]}
        object={{ kind: 'integration', id, name: attributes.name }}
        palette={refusal ? [] : [{ id: 'integration.test', title: `Test ${attributes.name}`, icon: 'run', run: () => test.mutate() }]}
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions" size="md" />}
              groups={[
                {
                  items: [
                    {
                      title: attributes['is-enabled'] ? 'Turn off' : 'Turn on',
                      icon: attributes['is-enabled'] ? 'pause' : 'run',
                      onSelect: () => turn.mutate(!attributes['is-enabled']),
                      disabledReason: refusal,
                    },
                    ...(isByBrowser
                      ? [{ title: 'Authorize again', icon: 'external' as const, onSelect: () => authorize.mutate(), disabledReason: refusal }]
                      : []),
                  ],
                },
                { items: [{ title: 'Delete…', icon: 'trash', isDanger: true, onSelect: () => setDeleting(true), disabledReason: refusal }] },
              ]}
            />
            {attributes.group === 'forge' && <NewWorkspace organization={organization} integration={integration} />}
            <Button
              look="primary"
              icon="run"
              isBusy={test.isPending}
              disabledReason={refusal ?? (attributes['needs-authorization'] ? 'It can be tested once somebody allowed it in the browser.' : null)}
              onClick={() => test.mutate()}
            >
              Test
            </Button>
          </>
        }
      />
      <Stack gap={4}>
        {failed && <ErrorNotice error={toApiError(failed)} />}
        {isBack && !attributes['needs-authorization'] && (
          <Alert tone="success" title={`${attributes.name} is connected`}>
            {attributes['kind-title']} lets it in{attributes['expires-at'] ? '; what it holds is renewed by itself before it expires' : ''}. Test it to see
            whether a right is missing.
          </Alert>
        )}
        <Notice
          integration={integration}
          isHidden={test.data !== undefined}
          refusal={refusal}
          isBusy={authorize.isPending || turn.isPending}
          onAuthorize={() => authorize.mutate()}
          onTurnOn={() => turn.mutate(true)}
        />
        {test.data && <Tested result={test.data.data.attributes} />}
        <Facts integration={integration} isByBrowser={isByBrowser} />
        {attributes.kind !== 'microsoft-teams' && <Assignments organization={organization} integration={integration} refusal={allowed.refusal('integration.use')} />}
        <UsedBy organization={organization} integration={integration} />
        {kind && (
          <Section title="Settings" about="Secrets are kept sealed and never shown; one stays as it is when its field is left empty.">
            <IntegrationForm
              // A test and a renewal change it, too: only other settings take what is typed.
              key={JSON.stringify([attributes.name, attributes.description, attributes.settings, attributes.secrets, attributes['poll-interval-seconds']])}
              organization={organization}
              kind={kind}
              integration={integration}
              etag={document.etag}
              disabledReason={refusal}
              onDone={() => toast({ text: `Saved ${attributes.name}.` })}
            />
          </Section>
        )}
      </Stack>
      {isDeleting && (
        <DeleteIntegration
          integration={integration}
          onClose={() => setDeleting(false)}
          onDone={async () => {
            await navigate({ to: list })
            await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/integrations') })
          }}
        />
      )}
    </>
  )
}

function NewWorkspace({ organization, integration: { id, attributes } }: { organization: string; integration: Integration }) {
  const reason = attributes['needs-authorization'] ? 'Somebody has to allow the integration first.' : attributes['is-enabled'] ? null : 'The integration is off. Turn it on first.'
  if (reason) {
    return (
      <Button icon="branch" disabledReason={reason}>
        Workspace from a repository
      </Button>
    )
  }
  return (
    <LinkButton icon="branch" to={addresses.newWorkspaceFromRepository(organization)} search={{ integration: id }}>
      Workspace from a repository
    </LinkButton>
  )
}

interface NoticeProps {
  integration: Integration
  /** A test that was just made says it newer. */
  isHidden: boolean
  refusal: string | null
  isBusy: boolean
  onAuthorize: () => void
  onTurnOn: () => void
}

/** What keeps it from being used, and the way out. */
function Notice({ integration, isHidden, refusal, isBusy, onAuthorize, onTurnOn }: NoticeProps) {
  const { status, reason } = healthOf(integration)
  const { attributes } = integration
  if (status === 'authorize') {
    const failure = attributes['authorization-error']
    const action = (
      <Button size="sm" icon="external" isBusy={isBusy} disabledReason={refusal} onClick={onAuthorize}>
        Authorize at {attributes['kind-title']}
      </Button>
    )
    return (
      <Alert tone={failure ? 'danger' : 'info'} title={failure ? 'It was not allowed at the other side' : 'Somebody has to allow it at the other side'} action={action}>
        {failure ? `${failure} ` : ''}It opens in this browser; the other side brings you back to Slipway.
      </Alert>
    )
  }
  if (status === 'off') {
    const action = (
      <Button size="sm" icon="run" isBusy={isBusy} disabledReason={refusal} onClick={onTurnOn}>
        Turn on
      </Button>
    )
    return (
      <Alert tone="neutral" icon="pause" title="It is off" action={action}>
        Runs get nothing of it, and repositories that it opens are not read. Its settings and secrets stay.
      </Alert>
    )
  }
  if (isHidden || (status !== 'failed' && status !== 'warning')) return null
  return (
    <Alert tone={status === 'failed' ? 'danger' : 'warning'} title={status === 'failed' ? 'It cannot be used' : attributes['missing-rights'].length === 0 ? 'It expires soon' : 'It may not do everything'}>
      {status === 'failed' || attributes['missing-rights'].length === 0 ? reason : <MissingRights rights={attributes['missing-rights']} />}
    </Alert>
  )
}

/** Goes to the other side, which comes back here. */
function useAuthorize(integration: string) {
  return useMutation({
    mutationFn: () => call('post', '/api/v2/integrations/{integration}/actions/authorize', { params: { path: { integration } } }),
    onSuccess: ({ data }) => {
      goAway(integration)
      window.location.assign(data.attributes.url)
    },
  })
}
