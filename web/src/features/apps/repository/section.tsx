// The repository that an app is deployed from, with what became of the newest push.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { forgesOf } from '@/api/forges'
import { related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { quoted } from '@/lib/shell'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { Commit, Ref } from '@/ui/commit'
import { EmptyState } from '@/ui/empty-state'
import { KeyValue } from '@/ui/key-value'
import { Row, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Skeleton } from '@/ui/skeleton'
import { Text } from '@/ui/text'
import type { App } from '../queries'
import { refusal } from '../words'
import { ConnectDialog, DisconnectDialog } from './dialogs'
import { type AppRepository, hasRepository, useRepository } from './queries'
import { builtBy } from './words'

export function RepositorySection({ organization, app }: { organization: string; app: App }) {
  const { repository, error, refetch } = useRepository(app)
  const [asked, setAsked] = useState<'connect' | 'disconnect' | null>(null)
  const cannot = refusal(app, 'can-deploy')
  const close = () => setAsked(null)
  return (
    <Section
      title="Repository"
      about="Where its source is. A push can deploy it."
      actions={
        repository && (
          <Row gap={2}>
            <Button size="sm" icon="edit" aria-label="Change the repository" disabledReason={cannot} onClick={() => setAsked('connect')}>
              Change…
            </Button>
            <Button size="sm" icon="trash" aria-label="Disconnect the repository" disabledReason={cannot} onClick={() => setAsked('disconnect')}>
              Disconnect…
            </Button>
          </Row>
        )
      }
    >
      {repository ? (
        <Connected organization={organization} app={app} repository={repository} />
      ) : !hasRepository(app) ? (
        <NoRepository app={app} onConnect={() => setAsked('connect')} />
      ) : error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Skeleton height={140} />
      )}
      {asked === 'connect' && <ConnectDialog organization={organization} app={app} repository={repository} onClose={close} />}
      {asked === 'disconnect' && repository && <DisconnectDialog app={app} repository={repository} onClose={close} />}
    </Section>
  )
}

/** What stands where none is connected; also where a commit of it would be deployed. */
export function NoRepository({ app, onConnect }: { app: App; onConnect: () => void }) {
  return (
    <EmptyState
      title="No repository is connected"
      action={
        <Button icon="branch" disabledReason={refusal(app, 'can-deploy')} onClick={onConnect}>
          Connect a repository…
        </Button>
      }
      command={<Command text={`slipway app repository connect acme/shop --app ${quoted(app.attributes.name)} --on-push`} />}
    >
      Connect the Git repository that has its source: then any commit of it can be deployed, and each push is, if you want that.
    </EmptyState>
  )
}

function Connected({ organization, app, repository }: { organization: string; app: App; repository: AppRepository }) {
  const { attributes } = repository
  const { 'full-name': name, branch, directory, commit, reason, 'integration-id': integration } = attributes
  const at = related(app, 'repository')
  const forge = useQuery({ ...forgesOf(organization), enabled: Boolean(integration) }).data?.data.find(({ id }) => id === integration)
  return (
    <Stack gap={4}>
      {reason && (
        <Alert tone="neutral" title="The newest push was not deployed">
          {reason}
        </Alert>
      )}
      <KeyValue
        width="lg"
        entries={[
          ['Repository', <Link key="repository" to={addresses.repository(organization, at)}>{name}</Link>],
          ['Opened by', integration ? <Link key="integration" to={addresses.integration(organization, integration)}>{forge?.attributes.name ?? integration}</Link> : 'nothing: everybody may read it'],
          ['Branch', branch ? <Ref key="branch" branch={branch} /> : <Text key="none" level={3}>it has none yet</Text>],
          ['Folder', directory ? <Text key="folder" isMono>{directory}</Text> : 'all of it'],
          ['Built by', builtBy(repository)],
          ['Each push', attributes['deploys-on-push'] ? 'is deployed, if it changes something there' : 'changes nothing by itself'],
          commit ? ['Newest push', <Commit key="commit" sha={commit} to={addresses.commit(organization, at, commit)} />] : null,
        ]}
      />
      <Row gap={2}>
        <LinkButton icon="run" to={addresses.app(organization, app.attributes.name, 'deploy')} search={{ from: 'commit' } as never}>
          Deploy a commit…
        </LinkButton>
      </Row>
      <Command text={`slipway app repository show ${quoted(app.attributes.name)}`} />
    </Stack>
  )
}
