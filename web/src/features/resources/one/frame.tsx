// The frame of one resource: what it is, how it stands, what can be done, and its parts.
import { useQueryClient } from '@tanstack/react-query'
import { Outlet, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call, related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useTabs } from '@/lib/features'
import { IconButton, LinkButton, Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Row, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Status } from '@/ui/status'
import { Tabs } from '@/ui/tabs'
import { Facts, Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { Who } from '@/ui/who'
import { AskDialog, RefreshDialog } from '../changes/ask-dialog'
import { DemoTag } from '../demo'
import { DESTROY, RESOURCE, staleResources, UPDATE, useOpenResource, useRefusal } from '../queries'
import { oneOf, statusOf } from '../words'

export default function ResourceFrame() {
  const { organization, resource, etag } = useOpenResource()
  const { attributes } = resource
  const { name, state } = attributes
  const project = related(resource, 'project')
  const [asked, setAsked] = useState<'destroy' | 'refresh' | 'delete' | null>(null)
  const mayUpdate = useRefusal(organization, project, UPDATE)
  const mayDestroy = useRefusal(organization, project, DESTROY)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const isOpen = related(resource, 'change') !== ''
  const open = isOpen ? 'A change of it is open. Decide on that first, or take it back.' : null
  const gone = state === 'destroyed' ? 'It is destroyed. One of its revisions can be had again.' : null
  const to = (tab?: string) => addresses.resource(organization, resource.id, tab)
  const refresh = () => Promise.all(staleResources.map((queryKey) => queries.invalidateQueries({ queryKey })))
  const cannotChange = mayUpdate ?? gone ?? open
  const close = () => setAsked(null)
  const tabs = useTabs('resource').map(({ title, path }) => ({
    title,
    to: to(path),
    isExact: path === '',
    ...(path === 'revisions' && attributes.revision > 0 && { count: attributes.revision }),
  }))
  return (
    <>
      <PageHead
        title={name}
        status={
          <Row gap={2}>
            <Status of="resource" value={statusOf(attributes)} isBadge />
            {attributes['is-demo'] && <DemoTag />}
          </Row>
        }
        meta={
          <Facts>
            {[
              <Text key="template" isMono>
                {attributes.template}
              </Text>,
              attributes['version-name'] && (
                <Text key="version" isMono level={2}>
                  {attributes['version-name']}
                </Text>
              ),
              attributes.description || null,
              <span key="by">
                ordered by <Who name={attributes['created-by']} /> <Time at={attributes['created-at']} />
              </span>,
            ]}
          </Facts>
        }
        crumbs={[{ title: 'Resources', to: addresses.resources(organization) }]}
        object={{ kind: 'resource', id: resource.id, name }}
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions" size="md" />}
              groups={[
                {
                  items: [
                    { title: 'Bring up to date…', icon: 'refresh', onSelect: () => setAsked('refresh'), disabledReason: cannotChange },
                    {
                      title: 'Download its code',
                      icon: 'download',
                      href: `/api/v2/resources/${resource.id}/code`,
                      disabledReason: attributes['version-name'] ? null : 'It has none: its template is abstract.',
                    },
                  ],
                },
                {
                  items: [
                    {
                      title: 'Destroy…',
                      icon: 'trash',
                      isDanger: true,
                      onSelect: () => setAsked('destroy'),
                      disabledReason: mayDestroy ?? gone ?? open,
                    },
                    {
                      title: 'Destroy with everything on it…',
                      icon: 'trash',
                      isDanger: true,
                      onSelect: () => void navigate({ to: addresses.newWorkflow(organization), search: { kind: 'destroy', resources: resource.id } as never }),
                      disabledReason: mayDestroy ?? gone,
                    },
                    {
                      title: 'Delete its entry…',
                      icon: 'trash',
                      isDanger: true,
                      onSelect: () => setAsked('delete'),
                      disabledReason: mayDestroy ?? (state === 'provisioned' ? 'It is there: destroy it first.' : open),
                    },
                  ],
                },
              ]}
            />
            {cannotChange ? (
              <Button icon="edit" disabledReason={cannotChange}>
                Change
              </Button>
            ) : (
              <LinkButton icon="edit" to={to('edit')}>
                Change
              </LinkButton>
            )}
          </>
        }
      />
      <Tabs
        label={`Parts of ${name}`}
        tabs={tabs}
      />
      <Outlet />
      {asked === 'refresh' && <RefreshDialog resource={resource} etag={etag} onClose={close} />}
      {asked === 'destroy' && (
        <AskDialog
          resource={resource}
          etag={etag}
          action="destroy"
          title={`Destroy ${name}?`}
          verb="Plan its destruction"
          isDanger
          nameToType={name}
          command={`slipway resource destroy ${oneOf(attributes)} --yes`}
          onClose={close}
          onDone={refresh}
        >
          A change is opened that destroys everything behind it. It is planned first, and done once it is confirmed. What stands on it has to go before.
        </AskDialog>
      )}
      <ConfirmDialog
        isOpen={asked === 'delete'}
        onClose={close}
        title={`Delete the entry of ${name}?`}
        verb="Delete entry"
        isDanger
        onConfirm={async () => {
          await call('delete', RESOURCE, { params: { path: { resource: resource.id } }, ...(etag && { headers: { 'if-match': etag } }) })
          await navigate({ to: addresses.resources(organization) })
          await refresh()
        }}
      >
        <Stack gap={3}>
          <p>Nothing is behind it any more. Its values, changes and revisions go with it; the Activity page keeps what happened.</p>
          <Command text={`slipway resource delete ${oneOf(attributes)} --yes`} />
          <Link to={to('revisions')}>Look at its revisions first</Link>
        </Stack>
      </ConfirmDialog>
    </>
  )
}
