// Where documents are pasted, or files chosen or dropped.
import { type DragEvent, useState } from 'react'
import { Button } from '@/ui/button'
import { FileButton } from '@/ui/file-button'
import { Row } from '@/ui/layout'
import { Text } from '@/ui/text'
import { Textarea } from '@/ui/text-input'
import styles from './documents-input.module.css'

const EXAMPLE = `kind: template
key: network
name: Network
---
kind: template
key: database
name: PostgreSQL database
parents:
  - template: network
naming: "{project}-{environment}-db"`

/** Several files become one text, with lines of --- between them. */
export function DocumentsInput({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const [isOver, setOver] = useState(false)
  const take = async (files: readonly File[]) => {
    if (files.length === 0) return
    const sorted = files.toSorted((left, right) => left.name.localeCompare(right.name))
    const texts = await Promise.all(sorted.map((file) => file.text()))
    onChange(texts.map((one) => one.trimEnd()).join('\n---\n'))
  }
  const drag = (event: DragEvent) => {
    event.preventDefault()
    setOver(event.type === 'dragover')
  }
  return (
    // The button does the same for who cannot drop.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className={styles.input}
      data-over={isOver || undefined}
      onDragOver={drag}
      onDragLeave={drag}
      onDrop={(event) => {
        drag(event)
        void take([...event.dataTransfer.files])
      }}
    >
      <Textarea label="Documents" isMono rows={14} value={text} onChange={onChange} placeholder={EXAMPLE} help="YAML, several documents between lines of ---, or JSON. Files can be dropped here." />
      <Row gap={2}>
        <FileButton size="sm" icon="file" label="Files with documents" isMany accept=".yaml,.yml,.json" onFiles={(files) => void take(files)}>
          Choose files…
        </FileButton>
        {text.trim() === '' && (
          <>
            <Text level={3}>or</Text>
            <Button size="sm" look="quiet" onClick={() => onChange(EXAMPLE)}>
              begin with an example
            </Button>
          </>
        )}
      </Row>
    </div>
  )
}
