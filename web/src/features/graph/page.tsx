// Everything of an organization and what depends on what, as far as the caller may see it.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { get, type Schema } from '@/api/query'
import { counted } from '@/lib/numbers'
import { objectWord } from '@/lib/objects'
import { useOrganization, useSearchState } from '@/lib/search'
import { Alert, ErrorNotice } from '@/ui/alert'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Graph } from '@/ui/graph'
import { Stack } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { joined, MOST_DRAWN, pictureOf } from './model'
import { Objects } from './objects'
import { parseGraph } from './search'

const KINDS = ['workspace', 'resource', 'app', 'job', 'volume', 'service', 'service-instance', 'template', 'executor', 'integration', 'repository', 'storage'] as const

export default function GraphPage() {
  const organization = useOrganization()
  const [{ text, kind, project }, change] = useSearchState(parseGraph)
  const projects = useQuery(get('/api/v2/organizations/{organization}/projects', { params: { path: { organization }, query: { 'page[size]': 100 } } })).data?.data ?? []
  const { data, error, refetch } = useQuery({
    ...get('/api/v2/organizations/{organization}/graph', {
      params: { path: { organization }, query: { ...(text && { 'search[text]': text }), ...(kind && { 'filter[kind]': kind }), ...(project && { 'filter[project]': project }) } },
    }),
    placeholderData: (before) => before,
  })
  const found = data?.data.attributes
  return (
    <>
      <PageHead title="Graph" count={found?.nodes.length} meta="What stands left is what others stand on. Choose an object to see what a change of it would reach." />
      <FilterBar
        text={{ name: 'text', placeholder: 'Filter by name' }}
        filters={[
          { name: 'kind', title: 'Kind', options: KINDS.map((value) => ({ value, text: objectWord(value) })) },
          { name: 'project', title: 'Project', options: projects.map(({ id, attributes }) => ({ value: id, text: attributes.name })) },
        ]}
        values={{ text, kind, project }}
        onChange={(changes) => void change(changes as never)}
      />
      {error && !data ? <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} /> : found && <Found organization={organization} found={found} isFiltered={Boolean(text ?? kind ?? project)} />}
    </>
  )
}

interface FoundProps {
  organization: string
  found: Schema<'DependencyGraph'>
  isFiltered: boolean
}

function Found({ organization, found, isFiltered }: FoundProps) {
  const { nodes, edges } = found
  if (nodes.length === 0) {
    return (
      <EmptyState title={isFiltered ? 'Nothing is like that' : 'Nothing is here yet'}>
        {isFiltered ? 'No object that you may see matches these filters.' : 'Workspaces, resources and apps appear here, with what they depend on.'}
      </EmptyState>
    )
  }
  const drawn = joined(nodes, edges)
  const alone = nodes.length - drawn.length
  const picture = pictureOf(organization, drawn, edges)
  return (
    <Stack gap={6}>
      {found['is-cut'] && <Alert tone="warning" title="There is more than is shown">Narrow it down by a filter.</Alert>}
      {drawn.length > MOST_DRAWN ? (
        <Alert tone="neutral" title={`${drawn.length} objects are too many for a picture`}>Narrow them down by a filter, or choose one below: what depends on it is drawn.</Alert>
      ) : (
        drawn.length > 0 && <Graph label="What depends on what" nodes={picture.nodes} lines={picture.lines} />
      )}
      <Section title="Objects" count={nodes.length} {...(alone > 0 && drawn.length > 0 && { about: `${counted(alone, 'object depends', 'objects depend')} on nothing and nothing on them: they are not drawn.` })}>
        <Objects organization={organization} nodes={nodes} edges={edges} />
      </Section>
    </Stack>
  )
}
