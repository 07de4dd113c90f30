// A text that is in a file: pasted, or read from a file of the visitor's machine.
import { toast } from './toast'
import { FileButton } from './file-button'
import { Stack } from './layout'
import { Textarea } from './text-input'
import type { FieldProps } from './field'

interface TextFileInputProps extends FieldProps {
  /** What it is, for the button: "the chain". */
  what: string
  value: string
  onChange: (text: string) => void
  placeholder?: string
  rows?: number
  /** `.pem,.crt` */
  accept?: string
}

/** No text of these kinds is larger. */
const MOST_BYTES = 1_048_576

export function TextFileInput({ what, accept, ...field }: TextFileInputProps) {
  const { disabledReason, onChange } = field
  const read = async (file: File | undefined) => {
    if (!file) return
    if (file.size > MOST_BYTES) toast({ text: `${file.name} is too large to be ${what}.`, tone: 'danger' })
    else onChange(await file.text())
  }
  return (
    <Stack gap={1}>
      <Textarea {...field} isMono />
      <div>
        <FileButton size="sm" icon="upload" label={`A file with ${what}`} {...(accept && { accept })} disabledReason={disabledReason} onFiles={([file]) => void read(file)}>
          Take it from a file…
        </FileButton>
      </div>
    </Stack>
  )
}
