// The folder with a configuration: what of it would be uploaded.
import { bytes, count, counted } from '@/lib/numbers'
import { FolderDrop } from '@/ui/folder-drop'
import { Icon } from '@/ui/icon'
import { Text } from '@/ui/text'
import { type Folder, folderOf } from '../packing/folder'
import styles from './create.module.css'

interface FolderInputProps {
  value: Folder | null
  onChange: (folder: Folder | null) => void
  /** The directory that runs start in. */
  workingDirectory: string
  error?: string | null | undefined
}

export function FolderInput({ value, onChange, workingDirectory, error }: FolderInputProps) {
  return (
    <FolderDrop
      label="Folder with the configuration"
      onChange={onChange}
      read={({ name, files }) => folderOf(name, files, workingDirectory)}
      waiting="Drop the folder with your configuration here"
      about="Its .terraformignore is honoured; .git and .terraform stay out."
      error={error}
    >
      {value && <Chosen folder={value} workingDirectory={workingDirectory} />}
    </FolderDrop>
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
