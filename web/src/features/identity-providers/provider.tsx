// One identity provider: its settings, the address to register there, a test.
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call, get, type ResourceOf, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useParam } from '@/lib/search'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { CopyButton } from '@/ui/copy-button'
import { KeyValue } from '@/ui/key-value'
import { Row, Stack } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { ProviderForm } from './provider-form'

const LIST = addresses.admin('identity-providers')
const CRUMBS = [{ title: 'Identity providers', to: LIST }]

export function NewProvider() {
  const navigate = useNavigate()
  return (
    <>
      <PageHead
        title="New identity provider"
        crumbs={CRUMBS}
        meta="Make an application of the kind web at the provider. The address to register there is shown when the provider is created here."
      />
      <ProviderForm
        provider={null}
        onDone={({ id }) => void navigate({ to: `${LIST}/${id}` })}
        beside={<LinkButton to={LIST}>Cancel</LinkButton>}
      />
    </>
  )
}

export function ProviderPage() {
  const id = useParam('provider')
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [isDeleting, setDeleting] = useState(false)
  const path = { identity_provider: id }
  const { data: document } = useSuspenseQuery(get('/api/v2/identity-providers/{identity_provider}', { params: { path } }))
  const test = useMutation({ mutationFn: () => call('post', '/api/v2/identity-providers/{identity_provider}/actions/test', { params: { path } }) })
  const provider = document.data as ResourceOf<'IdentityProvider'>
  const { name, issuer, 'callback-url': callback } = provider.attributes
  const remove = async () => {
    await call('delete', '/api/v2/identity-providers/{identity_provider}', { params: { path } })
    await navigate({ to: LIST })
    await queries.invalidateQueries({ queryKey: stale('/api/v2/identity-providers') })
  }
  return (
    <>
      <PageHead
        title={name}
        status={<Status of="health" value={provider.attributes['is-enabled'] ? 'ok' : 'off'} />}
        crumbs={CRUMBS}
        actions={
          <>
            <Button look="danger-quiet" onClick={() => setDeleting(true)}>
              Delete…
            </Button>
            <Button look="primary" icon="run" isBusy={test.isPending} onClick={() => test.mutate()}>
              Test
            </Button>
          </>
        }
      />
      <Stack gap={6}>
        {test.data && <Tested result={test.data.data.attributes} name={name} />}
        {test.error && <ErrorNotice error={toApiError(test.error)} />}
        <Section title="At the provider" isRuled>
          <KeyValue
            entries={[
              ['Issuer', <code key="issuer">{issuer}</code>],
              [
                'Callback',
                <Row key="callback">
                  <code>{callback}</code>
                  <CopyButton text={callback} what="the callback address" />
                </Row>,
              ],
            ]}
          />
        </Section>
        <Section title="Settings">
          <ProviderForm key={JSON.stringify(provider.attributes)} provider={provider} onDone={() => undefined} />
        </Section>
      </Stack>
      <ConfirmDialog
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        title={`Delete identity provider ${name}?`}
        verb="Delete provider"
        isDanger
        nameToType={name}
        onConfirm={remove}
      >
        <Stack gap={3}>
          <p>
            Nobody can sign in by it any more: who has no password here needs one first. Browsers that signed in by it are signed out, and
            people leave the teams that its groups put them into.
          </p>
          <Command text={`slipway identity-provider delete ${name} --yes`} />
        </Stack>
      </ConfirmDialog>
    </>
  )
}

interface TestedProps {
  name: string
  result: { readonly problems: readonly string[]; readonly hints: readonly string[]; readonly 'is-usable': boolean }
}

/** What the test found, in its own words. */
function Tested({ name, result }: TestedProps) {
  const said = [...result.problems, ...result.hints]
  return (
    <Alert
      tone={result['is-usable'] ? (result.hints.length > 0 ? 'warning' : 'success') : 'danger'}
      title={result['is-usable'] ? `Nothing stands against signing in with ${name}` : `Nobody can sign in with ${name} yet`}
    >
      {said.length === 0 ? (
        'The provider answers, and names itself as it is written here. Try it on the sign-in page.'
      ) : (
        <ul>
          {said.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </Alert>
  )
}
