// The same as a file, beside a form: it follows what is typed.
import { CopyButton } from '@/ui/copy-button'
import { Panel } from '@/ui/section'
import styles from '../templates.module.css'

export function FilePreview({ name, text }: { name: string; text: string }) {
  return (
    <Panel title="As a file" actions={<CopyButton text={text} what={`${name}.yaml`} />} isFlush>
      {/* Long documents scroll; the keyboard must reach them. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={styles.file} tabIndex={0} aria-label={`${name}.yaml`} role="group">
        {text}
      </pre>
    </Panel>
  )
}
