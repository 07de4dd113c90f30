// The frame of one template: what it is, whether it can be ordered, what can be done, and its tabs.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Outlet, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useTabs } from '@/lib/features'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button, IconButton, LinkButton } from '@/ui/button'
import { Stack } from '@/ui/layout'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Status } from '@/ui/status'
import { Tabs } from '@/ui/tabs'
import { Tag } from '@/ui/tag'
import { Facts, Text } from '@/ui/text'
import { toast } from '@/ui/toast'
import { DeleteTemplate } from './delete-template'
import { DisableTemplate } from './disable-template'
import { MANAGE, useOpenTemplate } from './queries'
import { staleTemplates } from './stale'

export default function TemplateFrame() {
  const { organization, template, etag } = useOpenTemplate()
  const { attributes } = template
  const refusal = useAllowed(organization).refusal(MANAGE)
  const [asked, setAsked] = useState<'delete' | 'disable' | null>(null)
  const navigate = useNavigate()
  const queries = useQueryClient()
  const refresh = () => Promise.all(staleTemplates.map((queryKey) => queries.invalidateQueries({ queryKey })))
  const enable = useMutation({
    mutationFn: () => call('post', '/api/v2/templates/{template}/actions/enable', { params: { path: { template: template.id } } }),
    onSuccess: () => toast({ text: `${attributes.name} can be ordered.` }),
    onSettled: refresh,
  })
  const tabs = useTabs('template').map(({ title, path }) => ({ title, to: addresses.template(organization, template.id, path), isExact: path === '' }))
  const isOff = attributes.status === 'disabled'
  const turn = isOff ? () => enable.mutate() : () => setAsked('disable')
  return (
    <>
      <PageHead
        title={attributes.name}
        status={<Status of="template" value={attributes.status} isBadge />}
        meta={
          <Facts>
            {[
              <Text key="key" isMono>
                {attributes.key}
              </Text>,
              attributes['is-abstract'] ? (
                <Tag key="form" isLine>
                  group
                </Tag>
              ) : null,
              attributes.description || null,
            ]}
          </Facts>
        }
        crumbs={[{ title: 'Templates', to: addresses.templates(organization) }]}
        object={{ kind: 'template', id: template.id, name: attributes.name }}
        palette={refusal ? [] : [{ id: 'template.turn', title: `${isOff ? 'Enable' : 'Disable'} ${attributes.name}`, icon: isOff ? 'run' : 'pause', run: turn }]}
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions" size="md" />}
              groups={[
                { items: isOff ? [] : [{ title: 'Disable…', icon: 'pause', onSelect: turn, disabledReason: refusal }] },
                { items: [{ title: 'Delete…', icon: 'trash', isDanger: true, onSelect: () => setAsked('delete'), disabledReason: refusal }] },
              ]}
            />
            {isOff && (
              <Button icon="run" isBusy={enable.isPending} disabledReason={refusal} onClick={turn}>
                Enable
              </Button>
            )}
            {!isOff && !attributes['is-abstract'] && (
              <LinkButton look="primary" icon="plus" to={addresses.orderResource(organization)} search={{ template: attributes.key } as never}>
                Order one
              </LinkButton>
            )}
          </>
        }
      />
      {(enable.error || isOff) && (
        <Stack gap={3}>
          {enable.error && <ErrorNotice error={toApiError(enable.error)} />}
          {isOff && (
            <Alert tone="neutral" icon="pause" title="It cannot be ordered">
              What was ordered of it stays, and nothing new can stand on it. Enable it to offer it again.
            </Alert>
          )}
        </Stack>
      )}
      <Tabs label={`Parts of ${attributes.name}`} tabs={tabs} />
      <Outlet />
      {asked === 'disable' && <DisableTemplate template={template} onClose={() => setAsked(null)} onDone={refresh} />}
      {asked === 'delete' && (
        <DeleteTemplate
          template={template}
          etag={etag}
          onClose={() => setAsked(null)}
          onDone={async () => {
            await navigate({ to: addresses.templates(organization) })
            await refresh()
          }}
        />
      )}
    </>
  )
}
