// What waits for me, what runs now, what I used last.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { useOrganization } from '@/lib/search'
import { Button, LinkButton } from '@/ui/button'
import { Split } from '@/ui/layout'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Changes } from './changes'
import { FirstSteps } from './first-steps'
import { Platform } from './platform'
import { approvals, type ChangeList, changes, failures, related, type RunList, totalOf, workspaceOf } from './queries'
import { Recent } from './recent'
import { RunningNow } from './running-now'
import { Approvals, AllQuiet, Failures } from './waiting'

export default function StartPage() {
  const organization = useOrganization()
  const { data: document } = useSuspenseQuery(get('/api/v2/organizations/{organization}', { params: { path: { organization } } }))
  const { data: first } = useSuspenseQuery(
    get('/api/v2/organizations/{organization}/workspaces', { params: { path: { organization }, query: { 'page[size]': 1 } } }),
  )
  const confirm = useSuspenseQuery(approvals(organization)).data as RunList
  const decide = useSuspenseQuery(changes(organization)).data as ChangeList
  const failed = useSuspenseQuery(failures(organization)).data as RunList
  const { permissions } = document.data.attributes
  const waiting = totalOf(confirm) + totalOf(decide) + totalOf(failed)

  if (first.data.length === 0 && totalOf(decide) === 0) {
    return (
      <>
        <PageHead title="Start" meta={`Nothing is in ${organization} yet.`} />
        <FirstSteps organization={organization} mayCreate={permissions['can-create-workspace']} />
      </>
    )
  }
  return (
    <>
      <PageHead
        title="Start"
        meta={waitingText(waiting, projectsOf(decide, confirm, failed))}
        actions={<New organization={organization} permissions={permissions} />}
      />
      <Split
        aside={
          <>
            <RunningNow organization={organization} />
            <Platform organization={organization} />
            <Recent organization={organization} />
          </>
        }
      >
        <Approvals organization={organization} list={confirm} />
        <Changes organization={organization} list={decide} isFirst={confirm.data.length === 0} />
        <Failures organization={organization} list={failed} />
        {waiting === 0 && <AllQuiet organization={organization} />}
      </Split>
    </>
  )
}

/** "7 things wait for you in 4 projects." */
function waitingText(things: number, projects: number): string {
  if (things === 0) return 'Nothing waits for you.'
  const verb = things === 1 ? 'waits' : 'wait'
  return `${counted(things, 'thing')} ${verb} for you${projects > 0 ? ` in ${counted(projects, 'project')}` : ''}.`
}

/** How many projects the resources and the workspaces of the runs are in. */
function projectsOf(decide: ChangeList, ...lists: readonly RunList[]): number {
  const runs = lists.flatMap((list) => list.data.map((run) => workspaceOf(list, run)).map((one) => one && related(one, 'project')))
  const projects = [...runs, ...decide.data.map((change) => related(change, 'project'))]
  return new Set(projects.filter((id) => id !== null)).size
}

interface NewProps {
  organization: string
  permissions: { readonly 'can-create-workspace': boolean; readonly 'can-create-project': boolean }
}

/** What can be made from here; a single button where there is only one thing. */
function New({ organization, permissions }: NewProps) {
  const may = { workspace: permissions['can-create-workspace'], project: permissions['can-create-project'] }
  const refused = (object: string) => `You may not create ${object}s here. Ask an administrator of ${organization}.`
  if (!may.workspace && !may.project) {
    return (
      <Button icon="plus" disabledReason={refused('workspace')}>
        New workspace
      </Button>
    )
  }
  if (!may.project) {
    return (
      <LinkButton to={addresses.newWorkspace(organization)} icon="plus">
        New workspace
      </LinkButton>
    )
  }
  return (
    <Menu
      trigger={
        <Button icon="plus" end="chevron-down">
          New
        </Button>
      }
      groups={[
        {
          items: [
            {
              title: 'Workspace',
              icon: 'workspace',
              to: addresses.newWorkspace(organization),
              disabledReason: may.workspace ? null : refused('workspace'),
            },
            { title: 'Project', icon: 'project', to: addresses.projects(organization) },
            { title: 'Invitation', icon: 'mail', to: addresses.settings(organization, 'members') },
          ],
        },
      ]}
    />
  )
}
