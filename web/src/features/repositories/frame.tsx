// The frame of one repository: where it is, how it stands, what can be done, and its tabs.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Outlet, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { call, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useTabs } from '@/lib/features'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button, IconButton, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Icon } from '@/ui/icon'
import { Stack } from '@/ui/layout'
import { Anchor, Link } from '@/ui/link'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Status } from '@/ui/status'
import type { StatusWord } from '@/ui/status-list'
import { Tabs } from '@/ui/tabs'
import { Time } from '@/ui/time'
import { toast } from '@/ui/toast'
import { forges, integrationOf, type Repository, useOpenRepository, useRefusalToCreate } from './queries'
import { staleRepositories } from './stale'
import styles from './repositories.module.css'

export default function RepositoryFrame() {
  const { organization, repository } = useOpenRepository()
  const { attributes } = repository
  const allowed = useAllowed(organization)
  const [isLeaving, setLeaving] = useState(false)
  const navigate = useNavigate()
  const queries = useQueryClient()
  const name = attributes['full-name']
  const path = { repository: repository.id }
  const synchronize = useMutation({
    mutationFn: () => call('post', '/api/v2/repositories/{repository}/actions/synchronize', { params: { path } }),
    onSuccess: () => toast({ text: `${name} is as its forge has it.` }),
    onSettled: () =>
      Promise.all(
        staleRepositories({ attributes: { 'object-kind': 'repository', action: 'repository.pushed' } } as never).map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      ),
  })
  const tabs = useTabs('repository').map(({ title, path: tab }) => ({
    title,
    to: addresses.repository(organization, repository.id, tab),
    isExact: tab === '',
  }))
  const mayNotManage = allowed.refusal('webhook.manage')
  const mayNotCreate = useRefusalToCreate(organization)
  return (
    <>
      <PageHead
        title={name}
        status={<Status of="repository" value={attributes.status as StatusWord<'repository'>} isBadge />}
        meta={<Meta organization={organization} repository={repository} />}
        crumbs={[{ title: 'Repositories', to: addresses.repositories(organization) }]}
        object={{ kind: 'repository', id: repository.id, name }}
        palette={mayNotManage ? [] : [{ id: 'repository.synchronize', title: `Synchronize ${name}`, icon: 'refresh', run: () => synchronize.mutate() }]}
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions" size="md" />}
              groups={[
                {
                  items: [
                    { title: 'Disconnect…', icon: 'trash', isDanger: true, onSelect: () => setLeaving(true), disabledReason: allowed.refusal('integration.use') },
                  ],
                },
              ]}
            />
            <Button icon="refresh" isBusy={synchronize.isPending} disabledReason={mayNotManage} onClick={() => synchronize.mutate()}>
              Synchronize
            </Button>
            {mayNotCreate ? (
              <Button look="primary" icon="plus" disabledReason={mayNotCreate}>
                New workspaces
              </Button>
            ) : (
              <LinkButton look="primary" icon="plus" to={addresses.newWorkspaceFromRepository(organization)} search={{ repository: repository.id }}>
                New workspaces
              </LinkButton>
            )}
          </>
        }
      />
      {(synchronize.error || attributes.error) && (
        <Stack gap={3}>
          {synchronize.error && <ErrorNotice error={toApiError(synchronize.error)} />}
          {attributes.error && !synchronize.error && <Trouble repository={repository} />}
        </Stack>
      )}
      <Tabs label={`Parts of ${name}`} tabs={tabs} />
      <Outlet />
      <ConfirmDialog
        isOpen={isLeaving}
        onClose={() => setLeaving(false)}
        title={`Disconnect ${name}?`}
        verb="Disconnect"
        isDanger
        onConfirm={async () => {
          await call('delete', '/api/v2/repositories/{repository}', { params: { path } })
          await navigate({ to: addresses.repositories(organization) })
          await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/repositories') })
        }}
      >
        <Stack gap={3}>
          <p>Its webhook is taken away, and what is kept of it here. While a workspace comes from it, it stays.</p>
          <Command text={`slipway repository disconnect ${name} --yes`} />
        </Stack>
      </ConfirmDialog>
    </>
  )
}

function Trouble({ repository: { attributes } }: { repository: Repository }) {
  const isPassing = attributes.status === 'unreachable'
  return (
    <Alert tone={isPassing ? 'warning' : 'danger'} title={isPassing ? 'It cannot be reached just now' : 'It cannot be read any more'}>
      {attributes.error}{' '}
      {isPassing && (
        <>
          It is tried again <Time at={attributes['next-look-at']} />.
        </>
      )}
    </Alert>
  )
}

function Meta({ organization, repository }: { organization: string; repository: Repository }) {
  const { attributes } = repository
  const id = integrationOf(repository)
  const integration = useQuery({ ...forges(organization), enabled: id !== null, retry: false }).data?.data.find((one) => one.id === id)
  return (
    <>
      {id ? (
        <span className={styles.fact}>
          <Icon name="plug" size={14} label="Integration" />
          <Link to={addresses.integration(organization, id)} look="plain">
            {integration?.attributes.name ?? 'its integration'}
          </Link>
        </span>
      ) : (
        <span className={styles.fact}>
          <Icon name="globe" size={14} />
          everybody may read it
        </span>
      )}
      {attributes['default-branch'] && (
        <span className={styles.fact}>
          <Icon name="branch" size={14} label="Default branch" />
          <code>{attributes['default-branch']}</code>
        </span>
      )}
      <span className={styles.fact}>
        <Icon name="refresh" size={14} />
        {attributes['synchronized-at'] ? (
          <span>
            Synchronized <Time at={attributes['synchronized-at']} />
          </span>
        ) : (
          'Not synchronized yet'
        )}
      </span>
      {attributes['web-url'] && (
        <span className={styles.fact}>
          <Anchor href={attributes['web-url']}>At its forge</Anchor>
        </span>
      )}
    </>
  )
}
