// A button that opens the browser's dialog for files.
import { type ReactNode, useRef } from 'react'
import { Button, type ButtonProps } from './button'

interface FileButtonProps extends Pick<ButtonProps, 'size' | 'look' | 'icon' | 'isBusy' | 'disabledReason' | 'aria-describedby' | 'aria-invalid'> {
  children: ReactNode
  /** What is chosen, for screen readers and tests. */
  label: string
  /** `.yaml,.yml` */
  accept?: string
  isMany?: boolean
  /** One or more of them. */
  onFiles: (files: readonly File[]) => void
}

export function FileButton({ children, label, accept, isMany = false, onFiles, ...rest }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button {...rest} onClick={() => input.current?.click()}>
        {children}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={isMany}
        accept={accept}
        aria-label={label}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])]
          // So that choosing the same file again, after it was corrected, is heard of.
          event.target.value = ''
          if (files.length > 0) onFiles(files)
        }}
      />
    </>
  )
}
