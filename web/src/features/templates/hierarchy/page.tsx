// What a template stands on and what stands on it: as a graph, and the same as lists.
import { useSuspenseQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { addresses } from '@/lib/addresses'
import { parameter, useSearchState } from '@/lib/search'
import { Alert } from '@/ui/alert'
import { Command } from '@/ui/command'
import { Graph } from '@/ui/graph'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Segmented } from '@/ui/segmented'
import { Text } from '@/ui/text'
import { type Template, treeOf, useOpenTemplate } from '../queries'
import { branchesOf, graphOf, MOST_DRAWN } from './model'
import { TreeList } from './tree-list'
import styles from '../templates.module.css'

const VIEWS = ['graph', 'list'] as const

export const parseHierarchySearch = (raw: Readonly<Record<string, unknown>>) => ({ view: parameter.oneOf(raw['view'], VIEWS) })

export default function Hierarchy() {
  const { organization, template } = useOpenTemplate()
  const [{ view = 'graph' }, setSearch] = useSearchState(parseHierarchySearch)
  const parents = useSuspenseQuery(treeOf(template.id, 'parents')).data.data.attributes
  const children = useSuspenseQuery(treeOf(template.id, 'children')).data.data.attributes
  const graph = useMemo(() => graphOf(organization, parents, children), [organization, parents, children])
  const isTooMuch = graph.nodes.length > MOST_DRAWN
  const { name, key } = template.attributes
  return (
    <Section
      title="Hierarchy"
      about={view === 'graph' && !isTooMuch && graph.nodes.length > 1 ? ABOUT : undefined}
      actions={
        <Segmented
          label="Shown as"
          value={view}
          onChange={(chosen) => void setSearch({ view: chosen === 'list' ? 'list' : undefined } as never, { replace: true })}
          options={[
            { value: 'graph', text: 'Graph' },
            { value: 'list', text: 'List' },
          ]}
        />
      }
    >
      <Stack gap={4}>
        {graph.nodes.length === 1 && <Alone organization={organization} template={template} />}
        {isTooMuch && view === 'graph' && (
          <Alert title={`${graph.nodes.length} templates are too many for a picture`}>They are shown as a list. Open one further down or up to see a smaller part.</Alert>
        )}
        {graph.nodes.length > 1 && view === 'graph' && !isTooMuch && <Graph label={`What ${name} stands on, and what stands on it`} nodes={graph.nodes} lines={graph.lines} />}
        {graph.nodes.length > 1 && (view === 'list' || isTooMuch) && (
          <div className={styles.trees}>
            <div>
              <Section title="It stands on" count={parents.nodes.length - 1} isRuled>
                <TreeList organization={organization} label={`What ${name} stands on`} branches={branchesOf(parents)} empty="Nothing: it stands by itself." />
              </Section>
            </div>
            <div>
              <Section title="What stands on it" count={children.nodes.length - 1} isRuled>
                <TreeList organization={organization} label={`What stands on ${name}`} branches={branchesOf(children)} empty="Nothing that you may see." />
              </Section>
            </div>
          </div>
        )}
        <Command text={`slipway template tree ${key}`} />
      </Stack>
    </Section>
  )
}

const ABOUT =
  'What stands on something is right of it. A number says on how many resources of the left one each resource stands, one where there is none; dashed lines of one group are alternatives. Arrow keys follow the lines.'

function Alone({ organization, template }: { organization: string; template: Template }) {
  return (
    <Text level={3}>
      It stands on nothing, and nothing that you may see stands on it. Parents are chosen in its{' '}
      <Link to={addresses.template(organization, template.id, 'settings')}>settings</Link>.
    </Text>
  )
}
