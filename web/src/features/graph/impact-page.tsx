// What a change of one object would reach.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { objectWord, pageOf } from '@/lib/objects'
import { useOrganization, useParam } from '@/lib/search'
import { quoted } from '@/lib/shell'
import { Alert } from '@/ui/alert'
import { LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { Graph } from '@/ui/graph'
import { Stack } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Facts, Text } from '@/ui/text'
import { impactAsGraph, MOST_DRAWN, pictureOf, standing } from './model'
import { Objects } from './objects'

export default function ImpactPage() {
  const organization = useOrganization()
  const id = useParam('object')
  const impact = useSuspenseQuery(get('/api/v2/organizations/{organization}/graph/{object}/impact', { params: { path: { organization, object: id } } })).data.data.attributes
  const { object, affected } = impact
  const { nodes, edges } = impactAsGraph(impact)
  const picture = pictureOf(organization, nodes, edges, object.id)
  const to = pageOf(organization, object.kind, object.id, object.name)
  return (
    <>
      <PageHead
        title={object.name}
        meta={<Facts>{[objectWord(object.kind), standing(object)?.word ?? null, affected.length === 0 ? 'nothing depends on it' : `${counted(affected.length, 'object depends', 'objects depend')} on it`]}</Facts>}
        crumbs={[{ title: 'Graph', to: addresses.graph(organization) }]}
        actions={to && <LinkButton to={to}>{`Open the ${objectWord(object.kind)}`}</LinkButton>}
      />
      <Stack gap={6}>
        {impact['is-cut'] && <Alert tone="warning" title="There is more than is shown">What is nearest is shown.</Alert>}
        {affected.length === 0 ? (
          <Text level={3}>It can be changed or deleted without anything else noticing, as far as you may see.</Text>
        ) : (
          <>
            {nodes.length <= MOST_DRAWN && <Graph label={`What depends on ${object.name}`} nodes={picture.nodes} lines={picture.lines} />}
            <Section title="What a change would reach" count={affected.length} about="The nearest first.">
              <Objects organization={organization} nodes={affected} others={[object]} edges={edges} distances={new Map(affected.map((one) => [one.id, one.distance]))} />
            </Section>
          </>
        )}
        <Command text={`slipway impact ${quoted(object.id)}`} />
      </Stack>
    </>
  )
}
