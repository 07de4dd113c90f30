// The name of a source code, and what is said about it.
import { useState } from 'react'
import { call } from '@/api/query'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { TextInput } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { LabelsField } from '../labels-field'
import type { SourceCode } from '../queries'

interface EditSourceCodeProps {
  sourceCode: SourceCode
  etag: string | undefined
  onClose: () => void
  onDone: () => Promise<unknown>
}

/** Mounted while it is open. */
export function EditSourceCode(props: EditSourceCodeProps) {
  return (
    <Dialog isOpen onClose={props.onClose} title={`Edit ${props.sourceCode.attributes.name}`} size="md">
      <Fields {...props} />
    </Dialog>
  )
}

function Fields({ sourceCode, etag, onClose, onDone }: EditSourceCodeProps) {
  // As it was when the dialog was opened: a change by somebody else in between is refused, not lost.
  const [opened] = useState({ attributes: sourceCode.attributes, etag })
  const { name, description, labels } = opened.attributes
  const form = useForm<{ name: string; description: string; labels: readonly string[] }>({
    initial: { name, description, labels },
    submit: (values) =>
      call('patch', '/api/v2/source-codes/{source_code}', {
        params: { path: { source_code: sourceCode.id } },
        body: {
          data: {
            type: 'source-codes',
            attributes: {
              ...(values.name.trim() !== name && { name: values.name.trim() }),
              ...(values.description.trim() !== description && { description: values.description.trim() }),
              ...(JSON.stringify(values.labels) !== JSON.stringify(labels) && { labels: [...values.labels] }),
            },
          },
        },
        ...(opened.etag && { headers: { 'if-match': opened.etag } }),
      }),
    onDone: (_, values) => {
      toast({ text: `Saved ${values.name}.` })
      void onDone()
      onClose()
    },
  })
  return (
    <Form
      form={form}
      isWide
      submit="Save"
      disabledReason={form.isChanged ? null : 'Nothing is changed yet.'}
      beside={
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      }
    >
      <TextInput label="Name" isMono {...form.field('name')} help="Unique in the organization." />
      <TextInput label="Description" isOptional {...form.field('description')} help="What it is for, in a sentence." />
      <LabelsField value={form.values.labels} onChange={(changed) => form.set({ labels: changed })} error={form.problems['labels']} disabledReason={null} />
    </Form>
  )
}
