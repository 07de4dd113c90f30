// Pull requests, newest first, each with the newest run of every workspace that it concerns.
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Commit, Ref } from '@/ui/commit'
import { Anchor } from '@/ui/link'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Facts, Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { PlanAgain, usePlanAgain, WaitingForAllow } from './actions'
import { columns, runAddress } from './columns'
import { isOpen, type PullRequest, riskFirst } from './parts'
import styles from './pull-requests.module.css'

interface PullRequestListProps {
  organization: string
  requests: readonly PullRequest[]
  /** Why nothing can be started. */
  refusal: string | null
}

export function PullRequestList({ organization, requests, refusal }: PullRequestListProps) {
  return requests.map((request) => <OneRequest key={request.id} organization={organization} request={request} refusal={refusal} />)
}

interface OneRequestProps {
  organization: string
  request: PullRequest
  refusal: string | null
}

function OneRequest({ organization, request, refusal }: OneRequestProps) {
  const { attributes } = request
  const { workspaces = [], conflicts = [] } = attributes
  const plan = usePlanAgain(request)
  return (
    <Section
      title={
        <span className={styles.title}>
          <Anchor href={attributes.url}>{`#${attributes.number} ${attributes.title}`}</Anchor>
          <Status of="pullRequest" value={attributes.state} isBadge />
        </span>
      }
      about={<About organization={organization} request={request} />}
      actions={isOpen(request) && workspaces.length > 0 ? <PlanAgain request={request} refusal={refusal} plan={plan} /> : undefined}
    >
      <div className={styles.body}>
        {plan.error && <ErrorNotice error={toApiError(plan.error)} />}
        {attributes['is-waiting-for-allow'] && <WaitingForAllow request={request} refusal={refusal} />}
        {conflicts.length > 0 && <Conflicts files={conflicts} base={attributes['base-branch']} />}
        {attributes.note && <Text level={2}>{attributes.note}</Text>}
        {workspaces.length > 0 ? (
          <Table
            label={`Plans of pull request ${attributes.number}`}
            rows={riskFirst(workspaces)}
            rowKey={(planned) => planned['workspace-id']}
            rowTo={(planned) => runAddress(organization, planned)}
            columns={columns(organization)}
            hasKeys={false}
          />
        ) : (
          !attributes['is-waiting-for-allow'] && conflicts.length === 0 && <Text level={3}>{whyNone(request)}</Text>
        )}
      </div>
    </Section>
  )
}

function About({ organization, request: { attributes, relationships } }: { organization: string; request: PullRequest }) {
  const { workspaces = [] } = attributes
  const linkage = relationships?.['repository']?.data
  const repository = linkage && !Array.isArray(linkage) ? linkage.id : ''
  return (
    <Facts>
      {[
        attributes.author,
        <span key="branches" className={styles.branches}>
          <Ref branch={attributes['head-branch']} /> into <Ref branch={attributes['base-branch']} />
        </span>,
        // A fork's commits are fetched when they are allowed: until then there is no page of them.
        <Commit
          key="commit"
          sha={attributes['head-commit']}
          {...(!attributes['is-waiting-for-allow'] && { to: addresses.commit(organization, repository, attributes['head-commit']) })}
        />,
        attributes['is-fork'] ? <Tag key="fork">{attributes['allowed-by'] ? `fork, allowed by ${attributes['allowed-by']}` : 'fork'}</Tag> : null,
        workspaces.length > 0 ? counted(workspaces.length, 'workspace') : null,
        <Time key="at" at={attributes['updated-at']} />,
      ]}
    </Facts>
  )
}

/** What is in the way of a merge: there is nothing to be planned. */
function Conflicts({ files, base }: { files: readonly string[]; base: string }) {
  return (
    <Alert tone="warning" title={`It contradicts ${base}: there is nothing that could be planned`}>
      Merge or rebase it at the forge; what is planned is what merging it would give.
      <ul className={styles.files} aria-label="Files in conflict">
        {files.map((file) => (
          <li key={file}>
            <code>{file}</code>
          </li>
        ))}
      </ul>
    </Alert>
  )
}

function whyNone({ attributes }: PullRequest): string {
  if (attributes.state === 'draft') return 'A draft is planned when it is ready.'
  return 'It concerns no workspace that you may see.'
}
