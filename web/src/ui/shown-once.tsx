// A secret, or a link that lets somebody in: shown once, to be copied now.
import { CopyButton } from './copy-button'
import { Icon } from './icon'
import styles from './shown-once.module.css'

interface ShownOnceProps {
  /** "Copy the token now" */
  title: string
  /** What becomes of it, and what to do when it is lost. */
  children: React.ReactNode
  /** The secret itself. */
  text: string
  /** Names it for the copy button: "the token". */
  what: string
}

/** Stands where it was made until the page is left. */
export function ShownOnce({ title, children, text, what }: ShownOnceProps) {
  return (
    <div className={styles.once} role="status">
      <Icon name="key" />
      <div className={styles.says}>
        <strong>{title}</strong>
        <p>{children}</p>
      </div>
      <div className={styles.secret}>
        <code data-secret>{text}</code>
        <CopyButton text={text} what={what} />
      </div>
    </div>
  )
}
