// A folder of the visitor's machine, chosen or dropped anywhere on the page: what would be sent is shown before anything is.
import { type ReactNode, useId, useRef, useState } from 'react'
import { chosenFiles, type Deciding, droppedFiles, type FoundFiles } from '@/lib/packing/files'
import { usePageDrop } from '@/lib/page-drop'
import { Button } from './button'
import { DropZone } from './drop-zone'
import { Says } from './field'
import { Text } from './text'

interface FolderDropProps<Taken> {
  /** What is chosen, for screen readers and tests. */
  label: string
  onChange: (taken: Taken | null) => void
  /** What becomes of the files; what it throws is said. */
  read: (found: FoundFiles) => Promise<Taken>
  /** What of a dropped folder is not even listed; its history without it. */
  deciding?: Deciding
  /** What to drop here. */
  waiting: string
  /** Which of its files stay behind, before there is one. */
  about: string
  error?: string | null | undefined
  /** What was taken; nothing before that. */
  children: ReactNode
}

export function FolderDrop<Taken>({ label, onChange, read, deciding, waiting, about, error, children }: FolderDropProps<Taken>) {
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const [isReading, setReading] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const take = async (reading: Promise<FoundFiles>) => {
    setReading(true)
    setProblem(null)
    try {
      onChange(await read(await reading))
    } catch (thrown) {
      onChange(null)
      setProblem(thrown instanceof Error ? thrown.message : String(thrown))
    } finally {
      setReading(false)
    }
  }
  const isOver = usePageDrop((transfer) => void take(droppedFiles(transfer, deciding)))
  const wrong = problem ?? error
  return (
    <div>
      <DropZone
        isOver={isOver}
        isWrong={Boolean(wrong)}
        action={
          <Button
            icon="upload"
            isBusy={isReading}
            aria-invalid={wrong ? true : undefined}
            aria-describedby={wrong ? id : undefined}
            onClick={() => input.current?.click()}
          >
            {children ? 'Choose another folder' : 'Choose a folder'}
          </Button>
        }
      >
        {children && !isOver ? (
          children
        ) : (
          <>
            <strong>{isReading ? 'Reading the folder' : isOver ? 'Let go to take the folder' : waiting}</strong>
            <Text level={3} isSmall>
              {about}
            </Text>
          </>
        )}
      </DropZone>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        aria-label={label}
        // Known to every browser, and not to React's types.
        {...({ webkitdirectory: '' } as object)}
        onChange={(event) => {
          const { files } = event.target
          if (files && files.length > 0) void take(Promise.resolve(chosenFiles(files)))
          // So that choosing the same folder again, after a file was corrected, is heard of.
          queueMicrotask(() => input.current && (input.current.value = ''))
        }}
      />
      {wrong && <Says id={id} error={wrong} />}
    </div>
  )
}
