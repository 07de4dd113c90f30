// The schedules of a workspace.
import { useQuery } from '@tanstack/react-query'
import { quoted } from '@/lib/shell'
import { Command } from '@/ui/command'
import { schedulesOf, useOpenWorkspace } from './queries'
import { Schedules } from './section'

export default function WorkspaceSchedules() {
  const { organization, workspace } = useOpenWorkspace()
  const list = useQuery(schedulesOf(workspace.id))
  const { name, permissions } = workspace.attributes
  const refusal = permissions['can-queue-run'] ? null : 'This needs schedule.manage here, which none of your roles gives. The Access tab explains it.'
  return (
    <Schedules
      organization={organization}
      object={{ kind: 'workspace', id: workspace.id, name }}
      list={list}
      refusal={refusal}
      about="Plan every morning, look for drift every hour, or destroy everything when a demo is over: by a cron expression with a time zone, at a moment, or after a time."
      command={<Command text={`slipway schedule create ${quoted(name)} --action plan --cron '0 6 * * 1-5'`} />}
    />
  )
}
