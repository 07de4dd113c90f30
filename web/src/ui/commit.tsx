// Commits of Git where they are named: short, with the way to the whole.
import { Icon } from './icon'
import { Anchor, Link } from './link'
import styles from './commit.module.css'

/** As people write it. */
export const shortSha = (sha: string) => sha.slice(0, 8)

interface CommitProps {
  sha: string
  /** Its page here … */
  to?: string
  /** … or at its forge. */
  href?: string | null | undefined
}

/** `3f8a1c2e`, leading to the commit. */
export function Commit({ sha, to, href }: CommitProps) {
  const text = <code title={sha}>{shortSha(sha)}</code>
  return (
    <span className={styles.commit}>
      <Icon name="commit" size={14} />
      {to ? (
        <Link to={to} look="plain">
          {text}
        </Link>
      ) : href ? (
        <Anchor href={href}>{text}</Anchor>
      ) : (
        text
      )}
    </span>
  )
}

/** The branch or the tag that a commit is on. */
export function Ref({ branch, tag }: { branch?: string | null | undefined; tag?: string | null | undefined }) {
  const name = tag || branch
  if (!name) return null
  return (
    <span className={styles.commit}>
      <Icon name={tag ? 'tag' : 'branch'} size={14} label={tag ? 'tag' : 'branch'} />
      <code className={styles.name} title={name}>
        {name}
      </code>
    </span>
  )
}
