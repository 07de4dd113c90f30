// The steps of a workflow: as a graph, and as a list with what is behind each.
import { useMemo } from 'react'
import { addresses } from '@/lib/addresses'
import { type ParseSearch, parameter, useSearchState } from '@/lib/search'
import { Alert } from '@/ui/alert'
import { Button } from '@/ui/button'
import { FilterBar } from '@/ui/filter-bar'
import { Graph } from '@/ui/graph'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Segmented } from '@/ui/segmented'
import { Status } from '@/ui/status'
import { statusLook } from '@/ui/status-list'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Duration } from '@/ui/time'
import type { Step, Workflow } from '../queries'
import { graphOf, isToBeMade, MOST_DRAWN, namesOf, waitsFor } from './model'
import styles from '../workflows.module.css'

const STEP_STATUSES = ['waiting', 'running', 'failed', 'skipped', 'pending', 'done'] as const

interface StepsSearch {
  readonly view: 'graph' | 'list' | undefined
  readonly step: readonly Step['status'][] | undefined
}

const parseSteps: ParseSearch<StepsSearch> = (raw) => {
  const statuses = STEP_STATUSES.filter((status) => parameter.list(raw['step'])?.includes(status))
  return { view: parameter.oneOf(raw['view'], ['graph', 'list']), step: statuses.length > 0 ? statuses : undefined }
}

export function Steps({ organization, workflow }: { organization: string; workflow: Workflow }) {
  const { steps } = workflow.attributes
  const [{ view, step: statuses }, change] = useSearchState(parseSteps)
  const graph = useMemo(() => graphOf(organization, steps, addresses.workflow(organization, workflow.id)), [organization, steps, workflow.id])
  const isTooMuch = steps.length > MOST_DRAWN
  // Without any order a picture says nothing that the list does not.
  const shown = statuses ? 'list' : (view ?? (graph.lines.length > 0 && !isTooMuch ? 'graph' : 'list'))
  const rows = statuses ? steps.filter(({ status }) => statuses.includes(status)) : steps
  return (
    <Section
      title="Steps"
      count={steps.length}
      about={shown === 'graph' && !isTooMuch ? 'What is right waits for what is left of it. Arrow keys follow the lines.' : undefined}
      actions={
        <Segmented
          label="Shown as"
          value={shown}
          onChange={(chosen) => void change({ view: chosen, step: undefined }, { replace: true })}
          options={[
            { value: 'graph', text: 'Graph' },
            { value: 'list', text: 'List' },
          ]}
        />
      }
    >
      <Stack gap={3}>
        {shown === 'graph' && isTooMuch && (
          <Alert tone="neutral" title={`${steps.length} steps are too many for a picture`}>
            They are shown as a list.
          </Alert>
        )}
        {shown === 'graph' && !isTooMuch ? (
          <Graph label="Steps, in their order" nodes={graph.nodes} lines={graph.lines} />
        ) : (
          <>
            <FilterBar
              filters={[{ name: 'step', title: 'Status', isMany: true, options: STEP_STATUSES.map((value) => ({ value, text: statusLook('workflowStep', value).word })) }]}
              values={{ step: statuses }}
              onChange={(changes) => void change(changes as never, { replace: true })}
            />
            <Table
              label="Steps"
              rows={rows}
              rowKey={(step) => step['resource-id']}
              columns={columns(organization, namesOf(steps))}
              isOff={({ status }) => status === 'skipped'}
              isTall={rows.some(({ detail }) => detail)}
              empty={
                <Text level={3}>
                  None stands like that.{' '}
                  <Button size="sm" look="quiet" onClick={() => void change({ step: undefined }, { replace: true })}>
                    Show all
                  </Button>
                </Text>
              }
            />
          </>
        )}
      </Stack>
    </Section>
  )
}

const columns = (organization: string, names: ReadonlyMap<string, string>): readonly Column<Step>[] => [
  {
    key: 'name',
    title: 'Resource',
    narrow: 'first',
    cell: (step) =>
      isToBeMade(step) ? (
        <Text isStrong>{step.name}</Text>
      ) : (
        <Link to={addresses.resource(organization, step['resource-id'])} look="name">
          {step.name}
        </Link>
      ),
  },
  {
    key: 'status',
    title: 'Status',
    narrow: 'end',
    cell: (step) => <Status of="workflowStep" value={step.status} />,
  },
  {
    key: 'detail',
    title: 'What',
    isWide: true,
    narrow: 'second',
    cell: (step) => (
      <span className={styles.detail} data-whole={step.status === 'failed' || undefined} title={step.detail ?? undefined}>
        {step.detail ? <Text level={step.status === 'failed' ? 1 : 2}>{step.detail}</Text> : <After step={step} names={names} />}
      </span>
    ),
  },
  {
    key: 'took',
    title: 'Took',
    align: 'end',
    from: 1024,
    cell: (step) => <Took step={step} />,
  },
  {
    key: 'change',
    title: 'Change',
    align: 'end',
    narrow: 'second',
    cell: (step) =>
      step['change-id'] ? (
        <Link to={addresses.resource(organization, step['resource-id'], 'changes')} search={{ change: step['change-id'] } as never}>
          {step.status === 'waiting' ? 'Look and decide' : 'Its change'}
        </Link>
      ) : null,
  },
]

/** From when it began to when it was over; of one that goes on, so far. What was left out took nothing. */
function Took({ step: { 'started-at': from, 'ended-at': to } }: { step: Step }) {
  return from ? (
    <Text level={3}>
      <Duration from={from} to={to} />
    </Text>
  ) : null
}

function After({ step, names }: { step: Step; names: ReadonlyMap<string, string> }) {
  const before = waitsFor(step, names)
  const made = step.part && isToBeMade(step) ? `a ${step.part.template}` : ''
  const after = before && step.status === 'pending' ? `after ${before}` : ''
  const words = [made, after].filter(Boolean).join(', ')
  return words ? <Text level={3}>{words}</Text> : null
}
