// How to use a template, written in Markdown, and how it reads.
import { useState } from 'react'
import { Markdown } from '@/ui/markdown'
import { Section } from '@/ui/section'
import { Segmented } from '@/ui/segmented'
import { Text } from '@/ui/text'
import { Textarea } from '@/ui/text-input'
import type { PartProps } from './form'
import styles from '../templates.module.css'

export function Documentation({ form, disabledReason }: PartProps) {
  const [view, setView] = useState<'write' | 'read'>('write')
  const text = form.values.documentation
  const actions = (
    <Segmented
      label="Documentation"
      value={view}
      onChange={setView}
      options={[
        { value: 'write', text: 'Write' },
        { value: 'read', text: 'Read' },
      ]}
    />
  )
  return (
    <Section title="Documentation" actions={actions}>
      {view === 'write' ? (
        <Textarea
          label="Documentation"
          isLabelHidden
          isMono
          rows={10}
          placeholder={'# How to use it\n\nWhat to know before it is ordered.'}
          {...form.field('documentation')}
          help="Markdown. Tags of HTML are shown as they are typed, pictures as links."
          disabledReason={disabledReason}
        />
      ) : (
        <div className={styles.preview}>{text.trim() ? <Markdown text={text} /> : <Text level={3}>Nothing is written yet.</Text>}</div>
      )}
    </Section>
  )
}
