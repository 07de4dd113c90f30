// Choosing a folder, or dropping one anywhere on the page: what would be uploaded is shown before anything is.
import { useId, useRef, useState } from 'react'
import { bytes, count, counted } from '@/lib/numbers'
import { usePageDrop } from '@/lib/page-drop'
import { Button } from '@/ui/button'
import { DropZone } from '@/ui/drop-zone'
import { Icon } from '@/ui/icon'
import { Text } from '@/ui/text'
import { chosenFiles, droppedFiles, type Folder, folderOf, type FolderFile } from '../packing/folder'
import styles from './create.module.css'

interface FolderInputProps {
  value: Folder | null
  onChange: (folder: Folder | null) => void
  /** The directory that runs start in. */
  workingDirectory: string
  error?: string | null | undefined
}

export function FolderInput({ value, onChange, workingDirectory, error }: FolderInputProps) {
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const [isReading, setReading] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const take = async (reading: Promise<{ name: string; files: readonly FolderFile[] }>) => {
    setReading(true)
    setProblem(null)
    try {
      const { name, files } = await reading
      onChange(await folderOf(name, files, workingDirectory))
    } catch (thrown) {
      onChange(null)
      setProblem(thrown instanceof Error ? thrown.message : String(thrown))
    } finally {
      setReading(false)
    }
  }
  const isOver = usePageDrop((transfer) => void take(droppedFiles(transfer)))
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
            {value ? 'Choose another folder' : 'Choose a folder'}
          </Button>
        }
      >
        {value && !isOver ? <Chosen folder={value} workingDirectory={workingDirectory} /> : <Nothing isReading={isReading} isOver={isOver} />}
      </DropZone>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        aria-label="Folder with the configuration"
        // Known to every browser, and not to React's types.
        {...({ webkitdirectory: '' } as object)}
        onChange={(event) => {
          const { files } = event.target
          if (files && files.length > 0) void take(Promise.resolve(chosenFiles(files)))
          // So that choosing the same folder again, after a file was corrected, is heard of.
          queueMicrotask(() => input.current && (input.current.value = ''))
        }}
      />
      {wrong && (
        <p id={id} className={styles.problem}>
          <Icon name="failed" size={14} />
          {wrong}
        </p>
      )}
    </div>
  )
}

function Nothing({ isReading, isOver }: { isReading: boolean; isOver: boolean }) {
  const waiting = isOver ? 'Let go to take the folder' : 'Drop the folder with your configuration here'
  return (
    <>
      <strong>{isReading ? 'Reading the folder' : waiting}</strong>
      <Text level={3} isSmall>
        Its .terraformignore is honoured; .git and .terraform stay out.
      </Text>
    </>
  )
}

function Chosen({ folder, workingDirectory }: { folder: Folder; workingDirectory: string }) {
  return (
    <>
      <strong>
        <Icon name="project" size={14} /> {folder.name || 'Files'}
      </strong>
      <Text level={2} isSmall>
        {counted(folder.files.length, 'file')}, {bytes(folder.bytes)} before compression
        {folder.ignored > 0 && `; ${count(folder.ignored)} left out by .terraformignore`}
      </Text>
      {!folder.hasConfiguration && (
        <span className={styles.warning}>
          <Icon name="warning" size={14} />
          No .tf or .tofu file {workingDirectory ? `in ${workingDirectory}` : 'at its top'}: the plan will find nothing.
        </span>
      )}
    </>
  )
}
