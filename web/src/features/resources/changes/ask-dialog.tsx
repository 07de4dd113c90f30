// Asks for a change of a resource as it is: to destroy it, to bring it up to date, to have a revision of it again.
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { call } from '@/api/query'
import { Checkbox } from '@/ui/choice'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { RESOURCE, type Resource, staleResources } from '../queries'
import { oneOf } from '../words'

interface AskDialogProps {
  resource: Resource
  /** As it was seen. */
  etag: string | undefined
  action: 'destroy' | 'refresh' | 'restore'
  /** Of a restoration. */
  revision?: number
  title: string
  verb: string
  isDanger?: boolean
  nameToType?: string
  command: string
  children: ReactNode
  onClose: () => void
  onDone: () => Promise<unknown>
}

/** Mounted while it is open. */
export function AskDialog({ resource, etag, action, revision, title, verb, isDanger = false, nameToType, command, children, onClose, onDone }: AskDialogProps) {
  const [isAuto, setAuto] = useState(false)
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={title}
      verb={verb}
      isDanger={isDanger}
      {...(nameToType && { nameToType })}
      comment={{ label: 'Reason', placeholder: 'For those who decide on it' }}
      onConfirm={async (reason) => {
        await call('post', `${RESOURCE}/actions/${action}`, {
          params: { path: { resource: resource.id } },
          body: { reason, 'auto-apply': isAuto, ...(revision !== undefined && { revision }) },
          ...(etag && { headers: { 'if-match': etag } }),
        })
        await onDone()
      }}
    >
      <Stack gap={3}>
        <p>{children}</p>
        <Checkbox label="Apply its plan without a further yes" help="Where no rule wants anybody’s approval." value={isAuto} onChange={setAuto} />
        <Command text={command} />
      </Stack>
    </ConfirmDialog>
  )
}

/** To take what it stands on as that is now. Mounted while it is open. */
export function RefreshDialog({ resource, etag, onClose }: Pick<AskDialogProps, 'resource' | 'etag' | 'onClose'>) {
  const queries = useQueryClient()
  const { name } = resource.attributes
  return (
    <AskDialog
      resource={resource}
      etag={etag}
      action="refresh"
      title={`Bring ${name} up to date?`}
      verb="Plan it"
      command={`slipway resource refresh ${oneOf(resource.attributes)}`}
      onClose={onClose}
      onDone={() => Promise.all(staleResources.map((queryKey) => queries.invalidateQueries({ queryKey })))}
    >
      A change is opened that takes what it stands on as it is now. Nothing is touched before its plan is confirmed.
    </AskDialog>
  )
}
