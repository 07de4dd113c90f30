// One role: what it allows, and who holds it.
import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { call, get, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization, useParam } from '@/lib/search'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Tag } from '@/ui/tag'
import { RoleHolders } from './role-holders'
import { Matrix } from './matrix'
import { allPermissions, grouped } from './permissions'

export default function RolePage() {
  const organization = useOrganization()
  const id = useParam('role')
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [isDeleting, setDeleting] = useState(false)
  const allowed = useAllowed(organization)
  const { data: document } = useSuspenseQuery(get('/api/v2/roles/{role}', { params: { path: { role: id } } }))
  const nodes = useQuery(allPermissions()).data?.data ?? []
  const { name, description, permissions } = document.data.attributes
  const isBuiltIn = document.data.attributes['is-built-in']
  const list = addresses.settings(organization, 'roles')
  const refusal = allowed.refusal('organization.access.manage')
  const fixed = isBuiltIn ? `${name} comes with Slipway and cannot be changed. Make a role of your own from it.` : refusal
  const remove = async () => {
    await call('delete', '/api/v2/roles/{role}', { params: { path: { role: id } } })
    await navigate({ to: list })
    await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/roles') })
  }
  return (
    <>
      <PageHead
        title={name}
        status={isBuiltIn ? <Tag isLine>built in</Tag> : undefined}
        crumbs={[{ title: 'Roles', to: list }]}
        object={{ kind: 'role', id, name }}
        meta={description ? `Holders can ${description.charAt(0).toLowerCase()}${description.slice(1)}` : undefined}
        actions={
          <>
            <Button look="danger-quiet" disabledReason={fixed} onClick={() => setDeleting(true)}>
              Delete…
            </Button>
            {refusal ? (
              <Button disabledReason={refusal}>New role from this</Button>
            ) : (
              <LinkButton to={`${list}/new`} search={{ from: id } as never}>
                New role from this
              </LinkButton>
            )}
            {fixed ? (
              <Button icon="edit" disabledReason={fixed}>
                Edit
              </Button>
            ) : (
              <LinkButton look="primary" icon="edit" to={`${list}/${id}/edit`}>
                Edit
              </LinkButton>
            )}
          </>
        }
      />
      <Section title="What it allows">
        <Matrix groups={grouped(nodes)} nodes={permissions} />
      </Section>
      <RoleHolders organization={organization} role={name} />
      <ConfirmDialog
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        title={`Delete role ${name}?`}
        verb="Delete role"
        isDanger
        nameToType={name}
        onConfirm={remove}
      >
        <Stack gap={3}>
          <p>Nobody can hold it any more. A role that somebody holds cannot be deleted: take it from them first.</p>
          <Command text={`slipway role delete ${name} --yes`} />
        </Stack>
      </ConfirmDialog>
    </>
  )
}
