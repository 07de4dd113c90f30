// The commit of a run: what was pushed, by whom, where to, and which pull request offers it.
import type { Schema } from '@/api/query'
import { Alert } from '@/ui/alert'
import { Commit, Ref } from '@/ui/commit'
import { addresses } from '@/lib/addresses'
import { Icon } from '@/ui/icon'
import { Anchor } from '@/ui/link'
import styles from './run.module.css'

type RunCommit = Schema<'RunCommit'>

/** In the head of the run's page. */
export function CommitFacts({ organization, commit }: { organization: string; commit: RunCommit }) {
  return (
    <span className={styles.fact}>
      <Commit sha={commit.sha} to={addresses.commit(organization, commit['repository-id'], commit.sha)} />
      <Ref branch={commit.branch} tag={commit.tag} />
      <span className={styles.quiet} title={commit.subject}>
        by {commit.author}
      </span>
      <PullRequest commit={commit} />
    </span>
  )
}

/** `#12`, leading to its forge; nothing without one. */
export function PullRequest({ commit }: { commit: RunCommit }) {
  const number = commit['pull-request-number']
  const url = commit['pull-request-url']
  if (number === null || number === undefined) return null
  return (
    <span className={styles.fact}>
      <Icon name="pull-request" size={14} label="Pull request" />
      {url ? <Anchor href={url}>#{number}</Anchor> : `#${number}`}
    </span>
  )
}

/** What became of the commit since, when that matters: it is no longer on its branch. */
export function CommitNotice({ commit }: { commit: RunCommit | null | undefined }) {
  if (!commit?.notice) return null
  return <Alert tone="warning" icon="commit" title={commit.notice} />
}

/** Below the title of a row: `3f8a1c2e main`. */
export function CommitLine({ organization, commit }: { organization: string; commit: RunCommit }) {
  return (
    <span className={styles.commitLine}>
      <Commit sha={commit.sha} to={addresses.commit(organization, commit['repository-id'], commit.sha)} />
      <Ref branch={commit.branch} tag={commit.tag} />
      <PullRequest commit={commit} />
    </span>
  )
}
