// Having a service instance destroyed. What is bound to it would break: then it says so, and waits. Mounted while it is open.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { command, quoted } from '@/lib/shell'
import { Alert } from '@/ui/alert'
import { Checkbox } from '@/ui/choice'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { impactOf, type Instance } from './queries'
import { alsoDepending, boundTo, wouldBreak } from './words'

interface DeleteProps {
  organization: string
  instance: Instance
  onClose: () => void
  onDone: () => Promise<unknown>
}

export function DeleteInstanceDialog({ organization, instance, onClose, onDone }: DeleteProps) {
  const { name } = instance.attributes
  const [isAuto, setAuto] = useState(false)
  const impact = useQuery({ ...impactOf(organization, instance.id), retry: false, staleTime: 0 }).data?.data.attributes
  const near = impact?.affected.filter(({ distance }) => distance === 1) ?? []
  const named = (wanted: string) => near.filter(({ kind }) => kind === wanted).map((one) => one.name)
  const seen = [...named('app'), ...named('job').map((job) => `job ${job}`)]
  const bound = [...new Set([...boundTo(instance), ...seen])]
  const broken = wouldBreak(name, bound)
  const also = impact ? alsoDepending(impact, bound) : null
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete ${name}?`}
      verb="Destroy and delete"
      isDanger
      disabledReason={broken}
      {...(!broken && { nameToType: name, comment: { label: 'Reason', placeholder: 'For those who decide on it' } })}
      onConfirm={async (reason) => {
        await call('delete', '/api/v2/service-instances/{service_instance}', {
          params: { path: { service_instance: instance.id }, query: { ...(reason && { reason }), ...(isAuto && { 'auto-apply': true }) } },
        })
        await onDone()
      }}
    >
      {broken ? (
        <Alert tone="danger" title="It is in use" action={<Link to={addresses.impact(organization, instance.id)}>What depends on it</Link>}>
          {broken}
        </Alert>
      ) : (
        <Stack gap={3}>
          <p>Its resource is destroyed with all that is in it, once the plan of that is confirmed; then it is gone.{also && ` ${also}`}</p>
          <Checkbox label="Apply its plan without a further yes" help="Where no rule wants anybody’s approval." value={isAuto} onChange={setAuto} />
          <Command text={command(`slipway service-instance delete ${quoted(name)}`, isAuto && '--auto-apply')} />
        </Stack>
      )}
    </ConfirmDialog>
  )
}
