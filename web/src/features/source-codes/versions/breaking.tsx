// What a version means for those who use the one before: what was computed, and the words of who publishes it.
import { useState } from 'react'
import { call } from '@/api/query'
import { Button } from '@/ui/button'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { Markdown } from '@/ui/markdown'
import { Section } from '@/ui/section'
import { Textarea } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { Notes } from './notes'
import type { Version } from './queries'

interface BreakingProps {
  version: Version
  etag: string | undefined
  refusal: string | null
  onDone: () => Promise<unknown>
}

export function Breaking(props: BreakingProps) {
  const { version, refusal } = props
  const [isEditing, setEditing] = useState(false)
  const words = version.attributes['breaking-changes']
  const hasBefore = Boolean(version.attributes['compared-with'])
  return (
    <Section
      title="For those who use the version before"
      isRuled
      actions={
        !isEditing && (
          <Button size="sm" icon="edit" disabledReason={refusal} onClick={() => setEditing(true)}>
            {words ? 'Edit the words' : 'Write about it'}
          </Button>
        )
      }
    >
      <Stack gap={3}>
        <Notes notes={version.attributes.notes} empty={hasBefore ? 'Nothing changes for them.' : 'It is the first: there is none before it.'} />
        {isEditing ? <Words {...props} onClose={() => setEditing(false)} /> : words && <Markdown text={words} />}
      </Stack>
    </Section>
  )
}

function Words({ version, etag, onDone, onClose }: BreakingProps & { onClose: () => void }) {
  // As it was when it was opened: a change by somebody else in between is refused, not lost.
  const [opened] = useState({ etag })
  const form = useForm({
    initial: { 'breaking-changes': version.attributes['breaking-changes'] ?? '' },
    submit: async (values) => {
      await call('patch', '/api/v2/source-code-versions/{source_code_version}', {
        params: { path: { source_code_version: version.id } },
        body: { data: { type: 'source-code-versions', attributes: { 'breaking-changes': values['breaking-changes'].trim() || null } } },
        ...(opened.etag && { headers: { 'if-match': opened.etag } }),
      })
      await onDone()
    },
    onDone: onClose,
  })
  return (
    <Form
      form={form}
      isWide
      submit="Save"
      look="default"
      beside={
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      }
    >
      <Textarea label="In your words" isMono rows={6} {...form.field('breaking-changes')} help="What to do when coming from the version before. Markdown." />
    </Form>
  )
}
