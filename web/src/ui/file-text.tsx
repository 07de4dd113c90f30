// A text that is a file: shown, to copy, and to download.
import { keepFile } from '@/lib/keep-file'
import { Button, type ButtonProps } from './button'
import { Code } from './code'
import { Row, Stack } from './layout'

interface FileTextProps {
  /** `shop.yaml` */
  name: string
  text: string
}

export function FileText({ name, text }: FileTextProps) {
  return (
    <Stack gap={2}>
      <Code text={text} copy={name} />
      <Row>
        <DownloadText name={name} text={text} size="sm" />
      </Row>
    </Stack>
  )
}

/** Only the button. */
export function DownloadText({ name, text, ...look }: FileTextProps & Pick<ButtonProps, 'look' | 'size'>) {
  return (
    <Button {...look} icon="download" onClick={() => keepFile(new Blob([text], { type: 'application/yaml' }), name)}>
      Download {name}
    </Button>
  )
}
