// Gives a token another text.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type ResourceOf } from '@/api/query'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Select } from '@/ui/select'
import { useForm } from '@/ui/use-form'
import { Made } from './new-token'

const GRACES = [
  { value: '0', text: 'Stops at once' },
  { value: '60', text: 'Works for one more hour' },
  { value: '1440', text: 'Works for one more day' },
] as const

/** A dialog; mounted while it is open. */
export function RotateToken({ token, onClose }: { token: ResourceOf<'Token'>; onClose: () => void }) {
  const queries = useQueryClient()
  const [made, setMade] = useState<ResourceOf<'Token'> | null>(null)
  const form = useForm({
    initial: { 'grace-minutes': '0' as (typeof GRACES)[number]['value'] },
    submit: (values) =>
      call('post', '/api/v2/authentication-tokens/{token}/actions/rotate', {
        params: { path: { token: token.id } },
        body: { data: { type: 'authentication-tokens', attributes: { 'grace-minutes': Number(values['grace-minutes']) } } },
      }),
    onDone: ({ data }) => {
      setMade(data as ResourceOf<'Token'>)
      void queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).includes('authentication-token') })
    },
  })
  const grace = form.values['grace-minutes']
  const command = `slipway token rotate ${token.id}${grace === '0' ? '' : ` --grace-minutes ${grace}`}`
  const name = token.attributes.description || token.id
  return (
    <Dialog isOpen onClose={onClose} title={made ? 'Token rotated' : `Rotate ${name}?`} size="md">
      {made ? (
        <Made token={made} onClose={onClose} />
      ) : (
        <Form form={form} submit="Rotate token" isWide command={command}>
          <p>It gets a new text. What it may do and when it ends stay as they are.</p>
          <Select label="The text so far" {...form.field('grace-minutes')} options={GRACES} help="Time to put the new one where the old one is used." />
        </Form>
      )}
    </Dialog>
  )
}
