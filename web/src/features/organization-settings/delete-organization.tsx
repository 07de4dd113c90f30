// The end of an organization.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call, type ResourceOf, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { Section } from '@/ui/section'

export function DeleteOrganization({ organization }: { organization: ResourceOf<'Organization'> }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [isAsking, setAsking] = useState(false)
  const { name, permissions } = organization.attributes
  const refusal = permissions['can-destroy'] ? null : `You need the permission organization.delete for this. Ask an owner of ${name}.`
  const remove = async () => {
    await call('delete', '/api/v2/organizations/{organization}', { params: { path: { organization: name } } })
    await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations') })
    await navigate({ to: addresses.home() })
  }
  return (
    <Section title="Delete" about="Only an organization without workspaces can be deleted. Members keep their accounts.">
      <Button look="danger-quiet" disabledReason={refusal} onClick={() => setAsking(true)}>
        Delete organization…
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={`Delete organization ${name}?`}
        verb="Delete organization"
        isDanger
        nameToType={name}
        onConfirm={remove}
      >
        <Stack gap={3}>
          <p>Its projects, teams, roles, service accounts, tokens and runner pools are deleted with it. This cannot be taken back.</p>
          <Command text={`slipway organization delete ${name} --yes`} />
        </Stack>
      </ConfirmDialog>
    </Section>
  )
}
