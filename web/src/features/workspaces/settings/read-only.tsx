// The settings for those who may not change them: what they are, and once why they stand still.
import { useQuery } from '@tanstack/react-query'
import { Alert } from '@/ui/alert'
import { KeyValue } from '@/ui/key-value'
import { Row, Stack } from '@/ui/layout'
import { KeyTag } from '@/ui/tag'
import { ProjectName } from '../project-name'
import { pools, related, type WorkspaceRow } from '../queries'
import { needs } from '../words'
import { DangerZone } from './danger-zone'

export function ReadOnly({ organization, workspace }: { organization: string; workspace: WorkspaceRow }) {
  const { attributes } = workspace
  const pool = related(workspace, 'agent-pool')
  const known = useQuery({ ...pools(organization), enabled: pool !== null }).data?.data
  const places = {
    remote: "on the organization's runners",
    agent: `on the pool ${known?.find(({ id }) => id === pool)?.attributes.name ?? ''}`,
    local: 'elsewhere: the workspace keeps the state only',
  }
  return (
    <Stack gap={6}>
      <Alert tone="neutral" icon="lock" title="You may look at these settings, not change them">
        {needs(false, 'workspace.update')}
      </Alert>
      <KeyValue
        width="lg"
        entries={[
          ['Name', <code key="name">{attributes.name}</code>],
          ['Description', attributes.description ?? 'none'],
          ['Project', <ProjectName key="project" organization={organization} id={related(workspace, 'project')} />],
          [
            'Tags',
            attributes.tags.length === 0 ? (
              'none'
            ) : (
              <Row key="tags" gap={1} isWrapping>
                {attributes.tags.map(({ key, value }) => (
                  <KeyTag key={key} name={key} value={value} />
                ))}
              </Row>
            ),
          ],
          ['Engine', attributes.engine === 'opentofu' ? 'OpenTofu' : 'Terraform'],
          ['Engine version', <code key="version">{attributes['terraform-version']}</code>],
          ['Working directory', attributes['working-directory'] ? <code key="directory">{attributes['working-directory']}</code> : 'the top'],
          ['Runs happen', places[attributes['execution-mode']]],
          ['Apply without asking', attributes['auto-apply'] ? 'yes' : 'no'],
          ['Destroy runs', attributes['allow-destroy-plan'] ? 'allowed' : 'not allowed'],
          ['State shared with all', attributes['global-remote-state'] ? 'yes' : 'no'],
        ]}
      />
      {attributes.permissions['can-destroy'] && <DangerZone organization={organization} workspace={workspace} />}
    </Stack>
  )
}
