// What can be done with the selected resources: each is the beginning of a workflow, whose steps are looked at before it starts.
import { useNavigate } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import { BulkBar } from '@/ui/bulk-bar'
import { Button } from '@/ui/button'
import { related } from '@/api/query'
import type { Resource } from '../queries'

interface BulkActionsProps {
  organization: string
  selected: readonly Resource[]
  onClear: () => void
}

export function BulkActions({ organization, selected, onClear }: BulkActionsProps) {
  const navigate = useNavigate()
  const resources = selected.map(({ id }) => id)
  const go = (to: string, search: object) => void navigate({ to, search: search as never })
  const gone = selected.some(({ attributes }) => attributes.state !== 'provisioned') ? 'One of them is not there. Select provisioned ones only.' : null
  const destroyed = selected.every(({ attributes }) => attributes.state === 'destroyed') ? 'All of them are destroyed already.' : null
  const templates = new Set(selected.map((resource) => related(resource, 'template')))
  const [template = ''] = templates
  const mixed = templates.size > 1 ? 'They are of several templates. Select those of one.' : null
  return (
    <BulkBar count={selected.length} what="resource" onClear={onClear}>
      <Button size="sm" look="quiet" icon="refresh" disabledReason={gone} onClick={() => go(addresses.newWorkflow(organization), { kind: 'refresh', resources: resources.join(',') })}>
        Bring up to date…
      </Button>
      <Button size="sm" look="quiet" icon="upload" disabledReason={mixed ?? gone} onClick={() => go(addresses.template(organization, template, 'upgrade'), { resources: resources.join(',') })}>
        Upgrade…
      </Button>
      <Button size="sm" look="quiet" icon="trash" disabledReason={destroyed} onClick={() => go(addresses.newWorkflow(organization), { kind: 'destroy', resources: resources.join(',') })}>
        Destroy…
      </Button>
    </BulkBar>
  )
}
