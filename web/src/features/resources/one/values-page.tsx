// The values that a resource has, each with where it is from.
import { useQuery } from '@tanstack/react-query'
import { related } from '@/api/query'
import { Command } from '@/ui/command'
import { Row, Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { OriginMark, ResolvedValue } from '../order/fields'
import { formOf, type Resolved, type Resource, useOpenResource } from '../queries'
import { type Names, oneOf } from '../words'
import { useNames } from './page'
import styles from '../resources.module.css'

export default function ValuesPage() {
  const { resource } = useOpenResource()
  const { data, isLoading } = useQuery({ ...formOf(resource.id), retry: false, enabled: !related(resource, 'change') })
  // Who may only look has no form, nor is there one while a change is open: what was decided about it is there all the same.
  const values = data?.data.attributes.values ?? (isLoading ? undefined : decided(resource))
  const names = useNames(resource)
  return (
    <Section title="Values" count={values?.length} about="What its variables would be if it were planned now.">
      <Stack gap={4}>
        <Table label="Values" rows={values} rowKey={({ name }) => name} columns={columns(names)} hasKeys={false} empty={<Text level={3}>It takes nothing.</Text>} />
        <Command text={`slipway resource show ${oneOf(resource.attributes)}`} />
      </Stack>
    </Section>
  )
}

function decided({ attributes }: Resource): readonly Resolved[] {
  const own = { origin: { kind: 'resource' }, 'is-later': false, 'is-asked': true, problem: null } as const
  const shown = Object.entries(attributes.values).map(([name, value]) => ({ name, value, 'is-sensitive': false, ...own }))
  return [...shown, ...attributes.secrets.map((name) => ({ name, value: null, 'is-sensitive': true, ...own }))]
}

const columns = (names: Names): readonly Column<Resolved>[] => [
  { key: 'name', title: 'Variable', narrow: 'first', cell: ({ name }) => <code>{name}</code> },
  {
    key: 'value',
    title: 'Value',
    narrow: 'second',
    isWide: true,
    cell: (resolved) => (
      <span className={styles.value}>
        <ResolvedValue resolved={resolved} />
      </span>
    ),
  },
  {
    key: 'origin',
    title: 'Comes from',
    narrow: 'second',
    cell: ({ origin }) => (
      <Row gap={2}>
        <OriginMark origin={origin ?? null} names={names} />
      </Row>
    ),
  },
]
