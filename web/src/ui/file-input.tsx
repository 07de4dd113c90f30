// One file of the visitor's machine, chosen or dropped anywhere on the page.
import { useId } from 'react'
import { bytes } from '@/lib/numbers'
import { usePageDrop } from '@/lib/page-drop'
import { DropZone } from './drop-zone'
import { type FieldProps, Says } from './field'
import { FileButton } from './file-button'
import { Icon } from './icon'
import { Text } from './text'
import styles from './field.module.css'

interface FileInputProps extends Pick<FieldProps, 'label' | 'help' | 'error' | 'disabledReason'> {
  label: string
  value: File | null
  onChange: (file: File) => void
  /** `.tfstate,.json` */
  accept?: string
}

export function FileInput({ label, help, error, disabledReason, value, onChange, accept }: FileInputProps) {
  const id = useId()
  const isOver = usePageDrop((transfer) => {
    const [file] = transfer.files
    if (file && !disabledReason) onChange(file)
  })
  const says = error ?? disabledReason ?? help
  return (
    <div className={styles.field} role="group" aria-labelledby={`${id}-label`}>
      <span id={`${id}-label`} className={styles.label}>
        {label}
      </span>
      <DropZone
        isOver={isOver}
        isWrong={Boolean(error)}
        action={
          <FileButton
            icon="upload"
            label={label}
            {...(accept && { accept })}
            disabledReason={disabledReason}
            {...(error && { 'aria-invalid': true as const })}
            {...(says && { 'aria-describedby': `${id}-says` })}
            onFiles={([file]) => file && onChange(file)}
          >
            {value ? 'Choose another file' : 'Choose a file'}
          </FileButton>
        }
      >
        {value && !isOver ? (
          <>
            <strong>
              <Icon name="file" size={14} /> {value.name}
            </strong>
            <Text level={2} isSmall>
              {bytes(value.size)}
            </Text>
          </>
        ) : (
          <strong>{isOver ? 'Let go to take the file' : 'Drop the file here'}</strong>
        )}
      </DropZone>
      <Says id={`${id}-says`} help={disabledReason ?? help} error={error} />
    </div>
  )
}
