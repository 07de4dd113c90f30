// One resource at a glance: what waits, what it gives, what it stands on and what stands on it.
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Alert } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { KeyValue } from '@/ui/key-value'
import { Row, Split, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { KeyTag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { RefreshDialog } from '../changes/ask-dialog'
import { ChangePanel } from '../changes/panel'
import { type Change, changesOf, projectsOf, type Resource, treeOf, UPDATE, useOpenResource, useRefusal } from '../queries'
import { changeTitle, type Names, staleWords } from '../words'
import { Outputs } from './outputs'
import { ResourceTree } from './tree'
import styles from '../resources.module.css'

export default function ResourcePage() {
  const { organization, resource, etag } = useOpenResource()
  const { attributes, id } = resource
  const names = useNames(resource)
  const change = related(resource, 'change')
  const shown = { id, name: attributes.name }
  return (
    <Split
      aside={
        <>
          <Details organization={organization} resource={resource} />
          <ResourceTree organization={organization} resource={shown} direction="parents" />
          <ResourceTree organization={organization} resource={shown} direction="children" />
        </>
      }
    >
      <Stack gap={4}>
        {change && <ChangePanel organization={organization} change={change} names={names} />}
        {attributes.stale.length > 0 && <Stale organization={organization} resource={resource} etag={etag} names={names} />}
        {!change && <LastChange organization={organization} resource={resource} />}
        <Outputs resource={resource} />
      </Stack>
    </Split>
  )
}

/** What came of what was asked last, where that was nothing: whoever asked finds out why. */
function LastChange({ organization, resource }: { organization: string; resource: Resource }) {
  const { id, attributes } = resource
  const last = useQuery(changesOf(id, 1)).data?.data[0] as Change | undefined
  const said = last && ['rejected', 'canceled'].includes(last.attributes.status) ? last.attributes : null
  const isNothing = attributes.state === 'requested'
  // What was taken back is of interest to nobody, but that nothing is there because of it.
  if (!isNothing && said?.status !== 'rejected') return null
  return (
    <Alert
      tone="neutral"
      title={said ? `${changeTitle(said)} was ${said.status === 'rejected' ? 'rejected' : 'taken back'}` : 'Nothing is behind it'}
      action={
        <LinkButton size="sm" to={addresses.resource(organization, id, 'changes')} {...(last && { search: { change: last.id } as never })}>
          Look at it
        </LinkButton>
      }
    >
      {said?.error} {isNothing ? 'Nothing is behind it. Change it to plan it again, or delete its entry.' : 'It stays as it was.'}
    </Alert>
  )
}

/** Why it should be brought up to date, and doing so. */
function Stale({ organization, resource, etag, names }: { organization: string; resource: Resource; etag: string | undefined; names: Names }) {
  const { stale, name } = resource.attributes
  const [isAsked, setAsked] = useState(false)
  const open = related(resource, 'change') ? 'A change of it is open. Decide on that first, or take it back.' : null
  const refusal = useRefusal(organization, related(resource, 'project'), UPDATE) ?? open
  return (
    <Alert
      tone="warning"
      title={`${name} is stale`}
      action={
        <Button size="sm" icon="refresh" disabledReason={refusal} onClick={() => setAsked(true)}>
          Bring up to date…
        </Button>
      }
    >
      <ul className={styles.reasons}>
        {stale.map((reason) => (
          <li key={`${reason.parent} ${reason.what} ${reason.name}`}>
            {staleWords(reason, names)}, <Time at={reason.since} />.
          </li>
        ))}
      </ul>
      It still has what was before.
      {isAsked && <RefreshDialog resource={resource} etag={etag} onClose={() => setAsked(false)} />}
    </Alert>
  )
}

function Details({ organization, resource }: { organization: string; resource: Resource }) {
  const { attributes } = resource
  const project = related(resource, 'project')
  const projects = useQuery(projectsOf(organization)).data?.data
  const template = related(resource, 'template')
  const name = projects?.find(({ id }) => id === project)?.attributes.name ?? project
  return (
    <Section title="Details" isRuled>
      <KeyValue
        entries={[
          ['Revision', attributes.revision === 0 ? <Text key="revision" level={3}>none yet</Text> : String(attributes.revision)],
          project ? ['Project', <Link key="project" to={addresses.project(organization, project)}>{name}</Link>] : null,
          ['Template', template ? <Link key="template" to={addresses.template(organization, template)}>{attributes.template}</Link> : attributes.template],
          attributes['version-name'] ? ['Version', <code key="version">{attributes['version-name']}</code>] : ['Version', <Text key="none" level={3}>no code</Text>],
          ['Changed', <Time key="changed" at={attributes['updated-at']} />],
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
          attributes.tags.length > 0
            ? [
                'Tags',
                <Row key="tags" gap={1} isWrapping>
                  {attributes.tags.map((tag) => (
                    <KeyTag key={tag.name} name={tag.name} value={tag.value} />
                  ))}
                </Row>,
              ]
            : null,
          attributes.settings.length > 0
            ? [
                'Settings',
                <Row key="settings" gap={1} isWrapping>
                  {attributes.settings.map((setting) => (
                    <KeyTag key={setting.name} name={setting.name} value={setting.value} />
                  ))}
                </Row>,
              ]
            : null,
        ]}
      />
    </Section>
  )
}

/** Of what it stands on, by id. */
export function useNames(resource: Resource): Names {
  const parents = useQuery(treeOf(resource.id, 'parents')).data?.data.attributes.nodes
  return useMemo(() => new Map((parents ?? []).map(({ id, name }) => [id, name])), [parents])
}
