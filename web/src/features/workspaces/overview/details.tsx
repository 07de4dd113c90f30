// How the workspace is set up, beside the overview.
import { useQuery } from '@tanstack/react-query'
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { count } from '@/lib/numbers'
import { CopyButton } from '@/ui/copy-button'
import { Commit } from '@/ui/commit'
import { KeyValue } from '@/ui/key-value'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Time } from '@/ui/time'
import { ProjectName } from '../project-name'
import { pools, related, type WorkspaceRow } from '../queries'
import styles from './overview.module.css'

interface DetailsProps {
  organization: string
  workspace: WorkspaceRow
  state: ResourceOf<'StateVersion'> | undefined
}

export function Details({ organization, workspace, state }: DetailsProps) {
  const { attributes } = workspace
  const project = related(workspace, 'project')
  const written = state?.attributes['terraform-version']
  return (
    <>
      <Section title="State" isRuled>
        {state ? (
          <KeyValue
            entries={[
              ['Resources', count(state.attributes['resource-count'])],
              [
                'Version',
                <Link key="version" to={addresses.workspace(organization, attributes.name, 'states')}>
                  {state.attributes.serial}
                </Link>,
              ],
              ['Written', <Time key="at" at={state.attributes['created-at']} />],
              written ? ['By engine', <code key="engine">{written}</code>] : null,
            ]}
          />
        ) : (
          <p className={styles.none}>
            {related(workspace, 'current-state-version') ? 'Reading it needs workspace.state.read.' : 'None yet: nothing was applied.'}
          </p>
        )}
      </Section>
      {attributes['vcs-repo'] && <Source organization={organization} workspace={workspace} source={attributes['vcs-repo']} />}
      <Section title="Set-up" isRuled>
        <KeyValue
          entries={[
            ['Project', <ProjectName key="project" organization={organization} id={project} />],
            ['Engine', engineOf(attributes)],
            ['Runs on', <RunsOn key="runs" organization={organization} workspace={workspace} />],
            ['Directory', attributes['working-directory'] ? <code key="directory">{attributes['working-directory']}</code> : 'the top'],
            ['Applies', attributes['auto-apply'] ? 'without asking' : 'after a confirmation'],
            ['Destroy runs', attributes['allow-destroy-plan'] ? 'allowed' : 'not allowed'],
            ['State shared', attributes['global-remote-state'] ? 'with all workspaces' : 'with nobody'],
            ['Created', <Time key="created" at={attributes['created-at']} />],
            [
              'Id',
              <span key="id" className={styles.id}>
                <code>{workspace.id}</code>
                <CopyButton text={workspace.id} what="the id" />
              </span>,
            ],
          ]}
        />
      </Section>
    </>
  )
}

interface SourceProps {
  organization: string
  workspace: WorkspaceRow
  source: NonNullable<WorkspaceRow['attributes']['vcs-repo']>
}

/** Where its configuration comes from. */
function Source({ organization, workspace, source }: SourceProps) {
  const { name } = workspace.attributes
  const commit = source['commit-sha']
  const repository = source['repository-id']
  return (
    <Section title="Source" isRuled actions={<Link to={addresses.workspace(organization, name, 'version-control')}>Triggers</Link>}>
      <KeyValue
        entries={[
          [
            'Repository',
            <Link key="repository" to={addresses.repository(organization, repository)}>
              {source['display-identifier']}
            </Link>,
          ],
          source['tags-regex']
            ? ['Tags', <code key="tags">{source['tags-regex']}</code>]
            : ['Branch', source.branch ? <code key="branch">{source.branch}</code> : 'the default one'],
          commit ? ['Commit', <Commit key="commit" sha={commit} to={addresses.commit(organization, repository, commit)} />] : null,
        ]}
      />
    </Section>
  )
}

function engineOf(attributes: WorkspaceRow['attributes']) {
  const name = attributes.engine === 'opentofu' ? 'OpenTofu' : 'Terraform'
  const version = attributes['terraform-version']
  return version === 'latest' ? `${name}, latest` : <>{name} <code>{version}</code></>
}

/** Whose machines do the runs, in words. */
function RunsOn({ organization, workspace }: { organization: string; workspace: WorkspaceRow }) {
  const pool = related(workspace, 'agent-pool')
  const known = useQuery({ ...pools(organization), enabled: pool !== null }).data?.data
  const mode = workspace.attributes['execution-mode']
  if (mode === 'local') return 'nobody: state only'
  if (mode === 'remote') return "the organization's runners"
  return `pool ${known?.find(({ id }) => id === pool)?.attributes.name ?? '…'}`
}
