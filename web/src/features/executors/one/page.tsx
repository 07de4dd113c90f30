// One executor at a glance: the run that is not over, what it puts out, what it was given, what it runs.
import { useQuery } from '@tanstack/react-query'
import { related } from '@/api/query'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { quoted } from '@/lib/shell'
import { ErrorNotice } from '@/ui/alert'
import { Command } from '@/ui/command'
import { KeyValue } from '@/ui/key-value'
import { Row, Split, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { KeyTag, Sensitive, Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { type Executor, type ExecutorRun, projectsOf, runsOf, useOpenExecutor, type Variable } from '../queries'
import { columns as runColumns } from '../runs/columns'
import { OpenRun } from '../runs/open-run'
import { isOpen, OPERATIONS } from '../words'
import { Outputs } from './outputs'
import styles from '../executors.module.css'

export default function ExecutorPage() {
  const { organization, executor } = useOpenExecutor()
  const { data, error, refetch } = useQuery(runsOf(executor.id, { 'page[size]': 5 }))
  const runs = data?.data as readonly ExecutorRun[] | undefined
  const [latest] = runs ?? []
  const to = addresses.executor(organization, executor.id, 'runs')
  return (
    <Split aside={<About organization={organization} executor={executor} />}>
      <Stack gap={6}>
        {latest && (isOpen(latest) || latest.attributes.status === 'errored') && <OpenRun key={latest.id} organization={organization} executor={executor} run={latest.id} />}
        <Section title="Last runs" actions={(data?.meta?.pagination['total-count'] ?? 0) > 5 ? <Link to={to}>All runs</Link> : undefined}>
          {error ? (
            <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
          ) : (
            <Table
              label="Last runs"
              rows={runs}
              rowKey={({ id }) => id}
              columns={runColumns(organization)}
              hasKeys={false}
              expected={3}
              empty={<Text level={3}>It was never run.</Text>}
            />
          )}
        </Section>
        <Outputs executor={executor} />
        <Section title="Values" count={executor.attributes.variables.length} about="What its runs are given.">
          <Table
            label="Values"
            rows={executor.attributes.variables}
            rowKey={({ key, category }) => `${category} ${key}`}
            columns={VALUES}
            hasKeys={false}
            empty={<Text level={3}>None: the module’s defaults count.</Text>}
          />
        </Section>
        <Command text={`slipway executor show ${quoted(executor.attributes.name)}`} />
      </Stack>
    </Split>
  )
}

const VALUES: readonly Column<Variable>[] = [
  {
    key: 'key',
    title: 'Variable',
    narrow: 'first',
    cell: ({ key, category }) => (
      <Row gap={2}>
        <code>{key}</code>
        {category === 'env' && <Tag isLine>environment</Tag>}
      </Row>
    ),
  },
  {
    key: 'value',
    title: 'Value',
    narrow: 'second',
    isWide: true,
    cell: ({ value, sensitive }) => (sensitive ? <Sensitive /> : <span className={styles.value}>{value}</span>),
  },
]

function About({ organization, executor }: { organization: string; executor: Executor }) {
  const { attributes } = executor
  const project = related(executor, 'project')
  const projects = useQuery(projectsOf(organization)).data?.data
  const workspace = `executor-${attributes.name}`
  return (
    <>
      <Section title="What it runs" isRuled>
        <KeyValue
          entries={[
            [
              'Source code',
              <Link key="source" to={addresses.sourceCode(organization, related(executor, 'source-code'))}>
                {attributes['source-code']}
              </Link>,
            ],
            [attributes['ref-kind'] === 'tag' ? 'Tag' : attributes['ref-kind'] === 'branch' ? 'Branch' : 'Commit', <code key="ref">{attributes.ref}</code>],
            ['Directory', attributes.directory ? <code key="directory">{attributes.directory}</code> : <Text key="top" level={3}>the top</Text>],
            ['Engine', `${attributes.engine === 'opentofu' ? 'OpenTofu' : 'Terraform'} ${attributes['engine-version'] === 'latest' ? '' : attributes['engine-version']}`.trim()],
          ]}
        />
      </Section>
      <Section title="How" isRuled>
        <KeyValue
          entries={[
            ['A run does', OPERATIONS[attributes.operation]],
            ['Plans', attributes['auto-apply'] ? 'applied by themselves where no rule holds them' : 'wait for a yes'],
            attributes['target-addrs'].length > 0 ? ['Only', <code key="only">{attributes['target-addrs'].join(', ')}</code>] : null,
            attributes['replace-addrs'].length > 0 ? ['Replaces', <code key="replaces">{attributes['replace-addrs'].join(', ')}</code>] : null,
            [
              'Integrations',
              attributes.integrations.length > 0 ? (
                <Row key="integrations" gap={2} isWrapping>
                  {attributes.integrations.map(({ id, name }) =>
                    name ? (
                      <Link key={id} to={addresses.integration(organization, id)}>
                        {name}
                      </Link>
                    ) : (
                      <Text key={id} level={3}>
                        one that you do not see
                      </Text>
                    ),
                  )}
                </Row>
              ) : (
                <Text key="none" level={3}>none</Text>
              ),
            ],
          ]}
        />
      </Section>
      <Section title="Details" isRuled>
        <KeyValue
          entries={[
            project ? ['Project', <Link key="project" to={addresses.project(organization, project)}>{projects?.find(({ id }) => id === project)?.attributes.name ?? project}</Link>] : null,
            ['Workspace', <Link key="workspace" to={addresses.workspace(organization, related(executor, 'workspace'))}>{workspace}</Link>],
            ['In its state', `${attributes['resource-count']} ${attributes['resource-count'] === 1 ? 'resource' : 'resources'}`],
            attributes.labels.length > 0
              ? [
                  'Labels',
                  <Row key="labels" gap={1} isWrapping>
                    {attributes.labels.map((label) => (
                      <KeyTag key={label} name={label} />
                    ))}
                  </Row>,
                ]
              : null,
            ['Changed', <Time key="changed" at={attributes['updated-at']} />],
          ]}
        />
      </Section>
    </>
  )
}
