// The approval rules of an organization, or those that count in one of its projects.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { Table } from '@/ui/table'
import { columns } from './columns'
import { projectIn, projectOf, projectsOf, READ, type Rule, rulesOf, staleRules, teamsOf, useRefusal } from './queries'
import { NewRuleDialog, RuleDialog } from './rule-dialog'
import { parseRules } from './search'

export default function ApprovalRules() {
  const organization = useOrganization()
  const [{ project = '', page = 1, new: isNew, rule: open }, change] = useSearchState(parseRules)
  const allowed = useAllowed(organization)
  // Who may see those of one project only is asked by the server for what that is.
  if (!project) allowed.demand(READ)
  const refusal = useRefusal(organization, project)
  const client = useQueryClient()
  const { data, error, refetch } = useQuery(rulesOf(organization, page))
  const all = data?.data as readonly Rule[] | undefined
  const rows = project ? all?.filter((rule) => ['', project].includes(projectIn(rule))) : all
  const names = useNames(organization, project)
  const close = () => void change({ new: undefined, rule: undefined }, { replace: true })
  const done = () => Promise.all(staleRules.map((queryKey) => client.invalidateQueries({ queryKey })))
  const add = (
    <Button look="primary" icon="plus" disabledReason={refusal} onClick={() => void change({ new: true })}>
      New rule
    </Button>
  )
  const inProject = project && (names.get(project) ?? project)
  return (
    <>
      <PageHead
        title="Approval rules"
        count={project ? rows?.length : data?.meta?.pagination['total-count']}
        meta={
          <p>
            Whose yes a change needs before it is applied.
            {inProject && (
              <>
                {' '}
                These count in <Link to={addresses.project(organization, project)}>{inProject}</Link>.{' '}
                <Link to={addresses.approvalRules(organization)}>All rules</Link>
              </>
            )}
          </p>
        }
        actions={rows?.length ? add : undefined}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Approval rules"
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns({ organization, names, project })}
          hasKeys={false}
          expected={3}
          empty={
            <EmptyState
              title={inProject ? `Nothing has to be approved in ${inProject}` : 'Nothing has to be approved'}
              action={add}
              command={
                <Command
                  text={`slipway approval-rule create production${inProject ? ` --in-project ${inProject}` : ''} --tag stage=production --approvals 2`}
                />
              }
            >
              Whoever may apply does so alone. A rule says how many people have to approve a plan first, and of which teams: for everything,
              or for what has certain tags. Who asked for the change does not count, unless the rule says so.
            </EmptyState>
          }
        />
      )}
      <Pager meta={data?.meta} shown={all?.length ?? 0} onPage={(next) => void change({ page: next })} />
      {isNew && !refusal && <NewRuleDialog organization={organization} project={project} names={names} onClose={close} onDone={done} />}
      {open && <RuleDialog key={open} organization={organization} rule={open} names={names} onClose={close} onDone={done} />}
    </>
  )
}

/** Of teams and projects, by id. */
function useNames(organization: string, project: string): ReadonlyMap<string, string> {
  const teams = useQuery(teamsOf(organization)).data?.data
  const projects = useQuery(projectsOf(organization)).data?.data
  const own = useQuery({ ...projectOf(project), enabled: project !== '' }).data?.data
  return useMemo(() => {
    const found = [...(teams ?? []), ...(projects ?? []), ...(own ? [own] : [])]
    return new Map(found.map(({ id, attributes }) => [id, attributes.name]))
  }, [teams, projects, own])
}
