// A command line, ready to copy: the same action from a terminal.
import { CopyButton } from './copy-button'
import styles from './command.module.css'

/** Shows `text` behind a prompt. Lines after the first are continued ones. */
export function Command({ text, label = 'the command' }: { text: string; label?: string }) {
  return (
    <div className={styles.command}>
      {/* Long commands scroll; the keyboard must reach them. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0}>
        <span className={styles.prompt} aria-hidden>
          ${' '}
        </span>
        {text}
      </pre>
      <CopyButton text={text} what={label} />
    </div>
  )
}
