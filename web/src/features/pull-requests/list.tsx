// Pull requests, each with the newest plan of every workspace that it concerns.
import { useQuery } from '@tanstack/react-query'
import { get, type ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { Commit, Ref } from '@/ui/commit'
import { Counts } from '@/ui/counts'
import { Anchor, Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Facts, Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { type Planned, type PullRequest, workspaceOf } from './group'

interface PullRequestListProps {
  organization: string
  requests: readonly PullRequest[]
}

export function PullRequestList({ organization, requests }: PullRequestListProps) {
  return requests.map((request) => (
    <Section
      key={request.url}
      title={<Anchor href={request.url}>{`#${request.number} ${request.title}`}</Anchor>}
      about={
        <Facts>
          {[
            request.author,
            request.branch ? (
              <span key="branch">
                into <Ref branch={request.branch} />
              </span>
            ) : null,
            counted(request.workspaces.length, 'workspace'),
            <Time key="at" at={request.at} />,
          ]}
        </Facts>
      }
    >
      <Table
        label={`Plans of pull request ${request.number}`}
        rows={request.workspaces}
        rowKey={({ run }) => run.id}
        rowTo={(planned) => runAddress(organization, planned)}
        columns={columns(organization)}
        hasKeys={false}
      />
    </Section>
  ))
}

const runAddress = (organization: string, { run, workspace }: Planned) => addresses.run(organization, workspace ?? workspaceOf(run), run.id)

function columns(organization: string): readonly Column<Planned>[] {
  return [
    { key: 'status', title: 'Status', width: '164px', narrow: 'second', cell: ({ run }) => <Status of="run" value={run.attributes.status} /> },
    {
      key: 'workspace',
      title: 'Workspace',
      isWide: true,
      narrow: 'first',
      cell: (planned) => (
        <Link to={runAddress(organization, planned)} look="name">
          {planned.workspace ?? workspaceOf(planned.run)}
        </Link>
      ),
    },
    { key: 'changes', title: 'Changes', narrow: 'end', cell: ({ run }) => <Changes run={run.id} isDone={run.attributes.status === 'planned_and_finished' || run.attributes.status === 'applied'} /> },
    { key: 'commit', title: 'Commit', from: 1024, cell: ({ run }) => (run.attributes.commit ? <Commit sha={run.attributes.commit.sha} href={run.attributes.commit.url} /> : null) },
    {
      key: 'before',
      title: 'Plans before',
      align: 'end',
      from: 1240,
      cell: ({ before }) => (before > 0 ? before : <Text level={3}>none</Text>),
    },
    { key: 'at', title: 'Started', align: 'end', from: 1024, cell: ({ run }) => <Time at={run.attributes['created-at']} form="short" /> },
  ]
}

/** The numbers of a plan that is done; lists of runs do not carry them. */
function Changes({ run, isDone }: { run: string; isDone: boolean }) {
  const { data } = useQuery({ ...get('/api/v2/runs/{run}', { params: { path: { run }, query: { include: 'plan' } } }), enabled: isDone })
  const included = (data as { included?: readonly unknown[] } | undefined)?.included as readonly ResourceOf<'Phase'>[] | undefined
  const plan = included?.find(({ type }) => type === 'plans')?.attributes
  if (plan?.status !== 'finished') return null
  return <Counts counts={{ create: plan['resource-additions'], update: plan['resource-changes'], destroy: plan['resource-destructions'] }} />
}
