// The frame of one workspace: what it is, how it stands, what can be done, and its tabs.
import { Outlet, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { addresses } from '@/lib/addresses'
import { useTabs } from '@/lib/features'
import { Badge } from '@/ui/badge'
import { Button, IconButton, LinkButton } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Status } from '@/ui/status'
import { workspaceStatus } from '@/ui/status-list'
import { Tabs } from '@/ui/tabs'
import { KeyTag } from '@/ui/tag'
import { isHeldByRun, LockDialog } from './lock'
import { ProjectName } from './project-name'
import { related, useOpenWorkspace, type WorkspaceRow } from './queries'
import styles from './frame.module.css'
import { needs } from './words'

export default function WorkspaceFrame() {
  const { organization, workspace } = useOpenWorkspace()
  const { name, permissions, locked } = workspace.attributes
  const [isLocking, setLocking] = useState(false)
  const navigate = useNavigate()
  const go = (to: string) => void navigate({ to })
  const tabs = useTabs('workspace').map(({ title, path, badge: Count }) => ({
    title,
    to: addresses.workspace(organization, name, path),
    isExact: path === '',
    ...(Count && { count: <Count organization={organization} workspace={workspace.id} /> }),
  }))
  const newRun = addresses.run(organization, name, 'new')
  const upload = addresses.workspace(organization, name, 'upload')
  const cannotRun = needs(permissions['can-queue-run'], 'workspace.run.plan')
  const cannotLock = needs(permissions['can-lock'], 'workspace.lock')
  return (
    <>
      <PageHead
        title={name}
        status={
          <Row gap={2}>
            <Standing workspace={workspace} />
            {locked && !isHeldByRun(workspace) && (
              <Badge icon="lock" tone="warning">
                Locked
              </Badge>
            )}
          </Row>
        }
        meta={<Meta organization={organization} workspace={workspace} />}
        crumbs={[{ title: 'Workspaces', to: addresses.workspaces(organization) }]}
        object={{ kind: 'workspace', id: workspace.id, name }}
        palette={[
          ...(cannotRun ? [] : [{ id: 'workspace.run', title: `New run of ${name}`, icon: 'run' as const, run: () => go(newRun) }]),
          ...(cannotRun ? [] : [{ id: 'workspace.upload', title: `Upload a folder to ${name}`, icon: 'upload' as const, run: () => go(upload) }]),
          ...(cannotLock || locked ? [] : [{ id: 'workspace.lock', title: `Lock ${name}`, icon: 'lock' as const, run: () => setLocking(true) }]),
        ]}
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions" size="md" />}
              groups={[
                {
                  items: [
                    { title: 'Upload a folder', icon: 'upload', to: upload, disabledReason: cannotRun },
                    {
                      title: 'Lock…',
                      icon: 'lock',
                      onSelect: () => setLocking(true),
                      disabledReason: cannotLock ?? alreadyLocked(workspace),
                    },
                  ],
                },
                { items: [{ title: 'Settings', icon: 'settings', to: addresses.workspace(organization, name, 'settings') }] },
              ]}
            />
            {cannotRun ? (
              <Button icon="run" disabledReason={cannotRun}>
                New run
              </Button>
            ) : (
              <LinkButton to={newRun} look="primary" icon="run">
                New run
              </LinkButton>
            )}
          </>
        }
      />
      <Tabs label={`Parts of ${name}`} tabs={tabs} />
      <Outlet />
      <LockDialog workspace={workspace} isOpen={isLocking} onClose={() => setLocking(false)} />
    </>
  )
}

function alreadyLocked(workspace: WorkspaceRow): string | null {
  if (isHeldByRun(workspace)) return 'A run is under way and holds the lock until it has ended.'
  return workspace.attributes.locked ? 'It is locked already; the overview says by whom.' : null
}

function Standing({ workspace }: { workspace: WorkspaceRow }) {
  const status = workspaceStatus(workspace.attributes['latest-run-status'])
  return <Status of="workspace" value={status} isBadge />
}

function Meta({ organization, workspace }: { organization: string; workspace: WorkspaceRow }) {
  const { attributes } = workspace
  const project = related(workspace, 'project')
  const engine = attributes.engine === 'opentofu' ? 'OpenTofu' : 'Terraform'
  const version = attributes['terraform-version']
  return (
    <>
      <span className={styles.fact}>
        <Icon name="project" size={14} />
        <Link to={project ? addresses.project(organization, project) : addresses.projects(organization)} look="plain">
          <ProjectName organization={organization} id={project} />
        </Link>
      </span>
      <span className={styles.fact}>
        <Icon name="executor" size={14} />
        {engine} {version === 'latest' ? 'latest' : <code>{version}</code>}
      </span>
      {attributes['vcs-repo'] && (
        <span className={styles.fact}>
          <Icon name="branch" size={14} label="Repository" />
          <Link to={addresses.repository(organization, attributes['vcs-repo']['repository-id'])} look="plain">
            {attributes['vcs-repo']['display-identifier']}
          </Link>
        </span>
      )}
      {attributes.tags.length > 0 && (
        <span className={styles.fact}>
          {attributes.tags.map(({ key, value }) => (
            <KeyTag key={key} name={key} value={value} />
          ))}
        </span>
      )}
    </>
  )
}
