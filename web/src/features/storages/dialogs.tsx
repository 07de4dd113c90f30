// What is asked before the bucket of a storage is removed, or the storage is forgotten.
import { call } from '@/api/query'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import type { Storage } from './queries'
import { bucketName } from './words'

interface Props {
  storage: Storage
  onClose: () => void
  onDone: () => Promise<unknown>
}

export function DestroyStorage({ storage: { id, attributes }, onClose, onDone }: Props) {
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Destroy the bucket ${bucketName(attributes.place)}?`}
      verb="Destroy bucket"
      isDanger
      nameToType={attributes.name}
      onConfirm={async () => {
        await call('post', '/api/v2/storages/{storage}/actions/destroy', { params: { path: { storage: id } } })
        await onDone()
      }}
    >
      <Stack gap={3}>
        <p>The bucket is removed at the cloud, if nothing is in it, no old version either. Slipway removes nothing that others have put there.</p>
        <Command text={`slipway storage destroy ${attributes.name}`} />
      </Stack>
    </ConfirmDialog>
  )
}

export function ForgetStorage({ storage: { id, attributes }, etag, onClose, onDone }: Props & { etag: string | null | undefined }) {
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Forget the storage ${attributes.name}?`}
      verb="Forget storage"
      isDanger
      onConfirm={async () => {
        await call('delete', '/api/v2/storages/{storage}', { params: { path: { storage: id } }, ...(etag && { headers: { 'if-match': etag } }) })
        await onDone()
      }}
    >
      <Stack gap={3}>
        <p>
          {attributes.status === 'destroyed'
            ? 'Its bucket was removed already.'
            : `The bucket ${bucketName(attributes.place)} stays as it is, with all that is in it. Nobody looks after it any more.`}
        </p>
        <Command text={`slipway storage forget ${attributes.name} --yes`} />
      </Stack>
    </ConfirmDialog>
  )
}
