// One blueprint: its parts as cards with wires between them, the same as a list, and what is said about the chosen one.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { type ParseSearch, parameter, useSearchState } from '@/lib/search'
import { quoted } from '@/lib/shell'
import { Button, IconButton, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Graph } from '@/ui/graph'
import { Split, Stack } from '@/ui/layout'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Segmented } from '@/ui/segmented'
import { Facts } from '@/ui/text'
import { Time } from '@/ui/time'
import { graphOf } from '../model'
import { DELETE, staleBlueprints, templatesOf, UPDATE, useOpenBlueprint } from '../queries'
import { About } from './about'
import { PartList } from './part-list'
import { Chosen } from './chosen'

/** With what writes YAML, which a page does not need. */
const FileDialog = lazy(() => import('./file-dialog'))

interface OneSearch {
  readonly view: 'list' | undefined
  /** A node of the graph. */
  readonly part: string | undefined
}

const parseOne: ParseSearch<OneSearch> = (raw) => ({ view: parameter.oneOf(raw['view'], ['list']), part: parameter.text(raw['part']) })

export default function BlueprintPage() {
  const { organization, blueprint, etag } = useOpenBlueprint()
  const { id, attributes } = blueprint
  const { name } = attributes
  const [{ view, part = '' }, change] = useSearchState(parseOne)
  const [isAsked, setAsked] = useState(false)
  const [isFile, setFile] = useState(false)
  const allowed = useAllowed(organization)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const to = addresses.blueprint(organization, id)
  const graph = useMemo(() => graphOf(attributes, (node) => `${to}?part=${encodeURIComponent(node)}`, part), [attributes, to, part])
  const templates = useQuery(templatesOf(organization)).data?.data ?? []
  const templateIds = new Map(templates.map((template) => [template.attributes.key, template.id]))
  const mayChange = allowed.refusal(UPDATE)
  return (
    <>
      <PageHead
        title={name}
        meta={
          <Facts>
            {[
              counted(attributes.parts.length, 'resource'),
              attributes.description || null,
              <span key="at">
                changed <Time at={attributes['updated-at']} />
              </span>,
            ]}
          </Facts>
        }
        crumbs={[{ title: 'Blueprints', to: addresses.blueprints(organization) }]}
        object={{ kind: 'blueprint', id, name }}
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions" size="md" />}
              groups={[
                { items: [{ title: 'As a file…', icon: 'file', onSelect: () => setFile(true) }] },
                { items: [{ title: 'Delete…', icon: 'trash', isDanger: true, onSelect: () => setAsked(true), disabledReason: allowed.refusal(DELETE) }] },
              ]}
            />
            {mayChange ? (
              <Button icon="edit" disabledReason={mayChange}>
                Change
              </Button>
            ) : (
              <LinkButton icon="edit" to={addresses.blueprint(organization, id, 'edit')}>
                Change
              </LinkButton>
            )}
            <LinkButton look="primary" icon="run" to={addresses.blueprint(organization, id, 'use')}>
              Use it
            </LinkButton>
          </>
        }
      />
      <Split
        aside={
          <Stack gap={4}>
            {part && <Chosen organization={organization} described={attributes} node={part} templateIds={templateIds} />}
            <About attributes={attributes} />
            <Command text={`slipway blueprint show ${quoted(name)}`} />
          </Stack>
        }
      >
        <Section
          title="Parts"
          count={attributes.parts.length}
          about={view === 'list' ? undefined : 'What is right stands on what is left of it, or takes a value from there; dashed lines carry none. Dashed cards are not made. Arrow keys follow the lines.'}
          actions={
            <Segmented
              label="Shown as"
              value={view ?? 'graph'}
              onChange={(chosen) => void change({ view: chosen === 'list' ? 'list' : undefined }, { replace: true })}
              options={[
                { value: 'graph', text: 'Graph' },
                { value: 'list', text: 'List' },
              ]}
            />
          }
        >
          {view === 'list' ? (
            <PartList organization={organization} attributes={attributes} templateIds={templateIds} />
          ) : (
            <Graph label={`Parts of ${name}`} nodes={graph.nodes} lines={graph.lines} />
          )}
        </Section>
      </Split>
      {isFile && (
        <Suspense>
          <FileDialog attributes={attributes} onClose={() => setFile(false)} />
        </Suspense>
      )}
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        title={`Delete the blueprint ${name}?`}
        verb="Delete blueprint"
        isDanger
        nameToType={name}
        onConfirm={async () => {
          await call('delete', '/api/v2/blueprints/{blueprint}', { params: { path: { blueprint: id } }, ...(etag && { headers: { 'if-match': etag } }) })
          await navigate({ to: addresses.blueprints(organization) })
          await Promise.all(staleBlueprints.map((queryKey) => queries.invalidateQueries({ queryKey })))
        }}
      >
        <Stack gap={3}>
          <p>What was made by it stays, and so do its workflows.</p>
          <Command text={`slipway blueprint delete ${quoted(name)} --yes`} />
        </Stack>
      </ConfirmDialog>
    </>
  )
}
