// What a project says about the resources of the catalog that stand in it: what happens to one that is not up to date, what
// nobody has to approve, and whether they are ever made.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call, get, type Schema } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Radio, Switch } from '@/ui/choice'
import { Combobox, MultiSelect } from '@/ui/combobox'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { KeyValue } from '@/ui/key-value'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Skeleton } from '@/ui/skeleton'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Textarea } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { catalogRules, staleCatalogRules } from './queries'

type Rules = Schema<'CatalogRules'>
type Setting = Schema<'ResourceSetting'>

const FOLLOWING: Readonly<Record<Schema<'WhenStale'>, { readonly short: string; readonly label: string; readonly help: string }>> = {
  notify: { short: 'are marked as stale', label: 'It is marked as stale', help: 'Somebody brings it up to date when they want.' },
  plan: { short: 'are planned by themselves', label: 'A change is planned', help: 'It waits for a yes.' },
  apply: { short: 'follow by themselves', label: 'It follows', help: 'Planned and applied by itself, unless a rule wants an approval.' },
}

/** The API's names of what can be freed; single values are `values/NAME`. */
const FIELDS = [
  { value: 'labels', text: 'labels' },
  { value: 'tags', text: 'tags' },
  { value: 'settings', text: 'settings' },
  { value: 'values', text: 'values', detail: 'all of them' },
  { value: 'integrations', text: 'integrations' },
]

/** Git workspaces that the code of resources can be kept in, as far as one may see them. */
function useGitWorkspaces() {
  const organization = useOrganization()
  const { data } = useQuery({ ...get('/api/v2/organizations/{organization}/git-workspaces', { params: { path: { organization }, query: { 'page[size]': 100 } } }), retry: false })
  return { organization, all: data?.data ?? [] }
}

function KeptIn({ id }: { id: string }) {
  const { organization, all } = useGitWorkspaces()
  return <Link to={addresses.gitWorkspace(organization, id)}>{all.find((one) => one.id === id)?.attributes.name ?? id}</Link>
}

/** Nothing for who may not see them. */
export function CatalogRules({ projectId, name, mayUpdate }: { projectId: string; name: string; mayUpdate: boolean }) {
  const { data, error, refetch } = useQuery({ ...catalogRules(projectId), retry: false })
  const [isOpen, setOpen] = useState(false)
  const rules = data?.data.attributes
  if (error && toApiError(error).isMissing) return null
  return (
    <Section
      title="Catalog"
      isRuled
      actions={
        <Button size="sm" icon="edit" disabledReason={mayUpdate ? null : 'This needs project.update here. Ask who administers it.'} onClick={() => setOpen(true)}>
          Change
        </Button>
      }
    >
      {error && <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />}
      {!error && !rules && <Skeleton height={60} />}
      {rules && (
        <KeyValue
          entries={[
            ['When something below changes', `resources ${FOLLOWING[rules['when-stale']].short}`],
            [
              'Changed without approval',
              rules['unapproved-fields'].length > 0 ? (
                <Row key="fields" gap={1} isWrapping>
                  {rules['unapproved-fields'].map((field) => (
                    <Tag key={field} isMono>
                      {field}
                    </Tag>
                  ))}
                </Row>
              ) : (
                <Text key="none" level={3}>
                  the description only
                </Text>
              ),
            ],
            [
              'Code is kept in',
              rules['git-workspace'] ? (
                <KeptIn key="git" id={rules['git-workspace']} />
              ) : (
                <Text key="nowhere" level={3}>
                  no repository
                </Text>
              ),
            ],
            ['Demo', rules['is-demo'] ? 'resources are planned, and never made' : <Text key="demo" level={3}>no</Text>],
            ['Tags of all resources', <Entries key="tags" entries={rules.tags} />],
            ['Settings of all resources', <Entries key="settings" entries={rules.settings} />],
          ]}
        />
      )}
      {rules && (
        <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title={`Resources in ${name}`} size="md">
          {isOpen && <RulesForm projectId={projectId} rules={rules} etag={data?.etag} onClose={() => setOpen(false)} />}
        </Dialog>
      )}
    </Section>
  )
}

function Entries({ entries = [] }: { entries: readonly Setting[] | undefined }) {
  if (entries.length === 0) return <Text level={3}>none</Text>
  return (
    <Row gap={1} isWrapping>
      {entries.map(({ name, value }) => (
        <Tag key={name} isMono>
          {`${name}=${value}`}
        </Tag>
      ))}
    </Row>
  )
}

/** One on each line: `team=shop`. */
function linesOf(entries: readonly Setting[] | undefined): string {
  return (entries ?? []).map(({ name, value }) => `${name}=${value}`).join('\n')
}

/** What the lines say; a line without a value has an empty one, and the server says what is wrong with it. */
function entriesOf(lines: string): Setting[] {
  const said = lines.split('\n').filter((line) => line.trim() !== '')
  return said.map((line) => {
    const [name = '', ...rest] = line.split('=')
    return { name: name.trim(), value: rest.join('=').trim(), 'is-inherited': true }
  })
}

interface Values {
  readonly 'when-stale': Schema<'WhenStale'>
  readonly 'unapproved-fields': readonly string[]
  readonly 'is-demo': boolean
  /** Its id; empty for none. */
  readonly 'git-workspace': string
  /** Lines: `team=shop`. */
  readonly tags: string
  readonly settings: string
}

function RulesForm({ projectId, rules, etag, onClose }: { projectId: string; rules: Rules; etag: string | undefined; onClose: () => void }) {
  const queries = useQueryClient()
  // As they were when the dialog was opened: a change by somebody else in between is refused, not lost.
  const [from] = useState(etag)
  const { all } = useGitWorkspaces()
  const form = useForm<Values>({
    initial: {
      'when-stale': rules['when-stale'],
      'unapproved-fields': rules['unapproved-fields'],
      'git-workspace': rules['git-workspace'] ?? '',
      'is-demo': rules['is-demo'] ?? false,
      tags: linesOf(rules.tags),
      settings: linesOf(rules.settings),
    },
    submit: (values) =>
      call('patch', '/api/v2/projects/{project}/catalog-rules', {
        params: { path: { project: projectId } },
        body: {
          data: {
            type: 'catalog-rules',
            attributes: {
              'when-stale': values['when-stale'],
              'unapproved-fields': [...values['unapproved-fields']],
              'git-workspace': values['git-workspace'] || null,
              // Refused while there are resources.
              ...(values['is-demo'] !== (rules['is-demo'] ?? false) && { 'is-demo': values['is-demo'] }),
              // A change of these may make resources stale: only what was changed is sent.
              ...(values.tags !== linesOf(rules.tags) && { tags: entriesOf(values.tags) }),
              ...(values.settings !== linesOf(rules.settings) && { settings: entriesOf(values.settings) }),
            },
          },
        },
        ...(from && { headers: { 'if-match': from } }),
      }),
    onDone: () => {
      void queries.invalidateQueries({ queryKey: staleCatalogRules })
      onClose()
    },
  })
  const own = form.values['unapproved-fields'].filter((field) => !FIELDS.some(({ value }) => value === field))
  return (
    <Form
      form={form}
      submit="Save"
      isWide
      disabledReason={form.isChanged ? null : 'Nothing is changed yet.'}
      beside={
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      }
    >
      <Radio<Schema<'WhenStale'>>
        label="When an output, a setting or a tag of something below a resource changes"
        options={(['notify', 'plan', 'apply'] as const).map((value) => ({ value, label: FOLLOWING[value].label, help: FOLLOWING[value].help }))}
        {...form.field('when-stale')}
      />
      <MultiSelect
        label="Changed without approval"
        isOptional
        isMono
        createLabel="Single value"
        placeholder="values/size"
        help="Changes of nothing else need nobody’s yes, whatever rules say. The description never does. A single value is values/NAME."
        options={[...FIELDS, ...own.map((value) => ({ value, text: value }))]}
        {...form.field('unapproved-fields')}
      />
      <Combobox
        label="Code is kept in"
        isOptional
        placeholder="no repository"
        help="The git workspace that the code of its resources is pushed to: a branch for each change, merged when it is confirmed."
        options={all.map(({ id, attributes }) => ({ value: id, text: attributes.name, detail: attributes.repository, icon: 'branch' as const }))}
        {...form.field('git-workspace')}
      />
      <Switch
        label="Demo"
        help="Its resources are planned, decided about and destroyed as others are, and nothing is ever made. This changes only while there are none."
        {...form.field('is-demo')}
      />
      <Textarea
        label="Tags of all resources"
        isOptional
        isMono
        placeholder="team=shop"
        help="One on each line. A resource, and what it stands on, can say another."
        {...form.field('tags')}
      />
      <Textarea
        label="Settings of all resources"
        isOptional
        isMono
        placeholder="region=north"
        help="One on each line: values for variables of this name, where nobody nearer gives one."
        {...form.field('settings')}
      />
    </Form>
  )
}
