// What a module takes and gives, as its files declare it.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import type { Schema } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { shortSha } from '@/ui/commit'
import { Icon } from '@/ui/icon'
import { KeyValue } from '@/ui/key-value'
import { Section } from '@/ui/section'
import { PageSkeleton } from '@/ui/skeleton'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { interfaceOf } from '../queries'
import styles from '../source-codes.module.css'

type Variable = Schema<'ModuleVariable'>
type Output = Schema<'ModuleOutput'>

export function ModuleInterface({ sourceCode, gitRef, directory }: { sourceCode: string; gitRef: string | undefined; directory: string }) {
  const { data, error, refetch } = useQuery(interfaceOf(sourceCode, gitRef, directory))
  if (error) return <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
  if (!data) return <PageSkeleton />
  const module = data.data.attributes
  return (
    <div>
      {module.problems.length > 0 && <Problems problems={module.problems} />}
      <Section title="Variables" count={module.variables.length} isRuled>
        <Table
          label="Variables"
          rows={module.variables}
          rowKey={({ name }) => name}
          columns={VARIABLES}
          hasKeys={false}
          empty={<Text level={3}>It takes nothing.</Text>}
        />
      </Section>
      <Section title="Outputs" count={module.outputs.length} isRuled>
        <Table label="Outputs" rows={module.outputs} rowKey={({ name }) => name} columns={OUTPUTS} hasKeys={false} empty={<Text level={3}>It gives nothing.</Text>} />
      </Section>
      <Section title="What it is made of" isRuled>
        <KeyValue
          width="lg"
          entries={[
            ['Commit', <code key="commit">{shortSha(module.commit)}</code>],
            module['engine-versions'].length > 0 ? ['Engine', <code key="engine">{module['engine-versions'].join(', ')}</code>] : null,
            module.providers.length > 0 ? ['Providers', module.providers.map(({ source, constraint }) => (constraint ? `${source} ${constraint}` : source)).join(', ')] : null,
            module.modules.length > 0 ? ['Calls', module.modules.map(({ name, source }) => `${name} (${source})`).join(', ')] : null,
            ['Resources', counts(module.resources)],
            Object.keys(module['data-sources']).length > 0 ? ['Reads', counts(module['data-sources'])] : null,
          ]}
        />
      </Section>
    </div>
  )
}

function Problems({ problems }: { problems: readonly Schema<'ModuleProblem'>[] }) {
  return (
    <Section title="What is wrong with it" count={problems.length}>
      <ul className={styles.problems}>
        {problems.map(({ severity, summary, detail, file, line }) => (
          <li key={`${file} ${line} ${summary}`}>
            <span className={styles.facts}>
              <Icon name={severity === 'error' ? 'failed' : 'warning'} tone={severity === 'error' ? 'danger' : 'warning'} label={severity} />
              <Text isStrong>{summary}</Text>
              {file && <code>{line ? `${file}:${line}` : file}</code>}
            </span>
            {detail && <Text level={2}>{detail}</Text>}
          </li>
        ))}
      </ul>
    </Section>
  )
}

const VARIABLES: readonly Column<Variable>[] = [
  {
    key: 'name',
    title: 'Name',
    narrow: 'first',
    isWide: true,
    cell: (variable) => (
      <div className={styles.variable}>
        <span className={styles.facts}>
          <code>{variable.name}</code>
          {variable.required && <Tag isLine>required</Tag>}
          {variable.sensitive && <Tag isLine>sensitive</Tag>}
          {variable.ephemeral && <Tag isLine>ephemeral</Tag>}
        </span>
        {variable.description && <Text level={2}>{variable.description}</Text>}
        {variable.deprecated && <Text level={2}>Deprecated: {variable.deprecated}</Text>}
        {variable.validations.map(({ condition, message }) => (
          <Text key={condition} level={3} isSmall title={condition}>
            {message}
          </Text>
        ))}
      </div>
    ),
  },
  {
    key: 'type',
    title: 'Type',
    narrow: 'second',
    cell: ({ type }) => (
      <div className={styles.type}>
        <code>{type}</code>
      </div>
    ),
  },
  { key: 'default', title: 'Default', narrow: 'second', cell: (variable) => <div className={styles.variable}>{defaultOf(variable)}</div> },
]

const OUTPUTS: readonly Column<Output>[] = [
  {
    key: 'name',
    title: 'Name',
    narrow: 'first',
    isWide: true,
    cell: ({ name, description, sensitive, deprecated }) => (
      <div className={styles.variable}>
        <span className={styles.facts}>
          <code>{name}</code>
          {sensitive && <Tag isLine>sensitive</Tag>}
        </span>
        {description && <Text level={2}>{description}</Text>}
        {deprecated && <Text level={2}>Deprecated: {deprecated}</Text>}
      </div>
    ),
  },
]

function defaultOf(variable: Variable) {
  if (variable.required) return <Text level={3}>none</Text>
  if (variable['default-expression']) return <code>{variable['default-expression']}</code>
  if (variable.sensitive && variable.default === null) return <Text level={3}>hidden</Text>
  return <code>{JSON.stringify(variable.default)}</code>
}

function counts(of: Readonly<Record<string, number>>): string {
  const all = Object.entries(of).map(([type, count]) => (count === 1 ? type : `${count} × ${type}`))
  return all.length === 0 ? 'none' : all.join(', ')
}
