// What `/app` shows to somebody who is in no organization yet.
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { PageHead } from '@/ui/page-head'

export default function NoOrganization() {
  return (
    <>
      <PageHead title="Welcome" />
      <EmptyState title="You are in no organization yet" command={<Command text="slipway organization create NAME" />}>
        An organization holds projects, workspaces and the people who work on them. Ask somebody for an invitation, or make
        one.
      </EmptyState>
    </>
  )
}
