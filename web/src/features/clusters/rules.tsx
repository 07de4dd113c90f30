// Rules about pools: who may put apps there, and with which plans.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Checkbox, Radio } from '@/ui/choice'
import { MultiSelect } from '@/ui/combobox'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Row, Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { Select } from '@/ui/select'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { TextInput } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { plansOf, projectsOf, type Rule, rulesOf, teamsOf, useRefresh, useSiteRefusal } from './queries'
import { FIELDS, ruleCommand, type RuleValues, ruleWords } from './words'

type Asked = { readonly kind: 'new' } | { readonly kind: 'change' | 'delete'; readonly rule: Rule }

export function Rules({ organization, cannot }: { organization: string; cannot: string | null }) {
  const [asked, setAsked] = useState<Asked | null>(null)
  const { data, error, refetch } = useQuery({ ...rulesOf(organization), retry: false })
  const ofSite = useSiteRefusal()
  const close = () => setAsked(null)
  return (
    <Section
      title="Rules about pools"
      count={data?.meta?.pagination['total-count']}
      about="Of the rules about one pool and one thing the most exact counts, alone; an app keeps to the site's rule and to its organization's. Apps that are there stay as they are."
      actions={
        <Button icon="plus" disabledReason={cannot} onClick={() => setAsked({ kind: 'new' })}>
          New rule…
        </Button>
      }
    >
      {error && !data ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Rules about pools"
          rows={data?.data as readonly Rule[] | undefined}
          rowKey={({ id }) => id}
          columns={columns((rule) => (rule.attributes['is-shared'] ? ofSite && 'It is the site’s: its administrators change it.' : cannot), setAsked)}
          hasKeys={false}
          expected={1}
          empty={<Text level={3}>There are none: everybody who may make apps may put them into every pool, with every plan.</Text>}
        />
      )}
      {asked?.kind === 'new' && <RuleDialog organization={organization} isAdmin={ofSite === null} onClose={close} />}
      {asked?.kind === 'change' && <RuleDialog organization={organization} isAdmin={ofSite === null} rule={asked.rule} onClose={close} />}
      {asked?.kind === 'delete' && <DeleteRuleDialog rule={asked.rule} onClose={close} />}
    </Section>
  )
}

const columns = (cannot: (rule: Rule) => string | null, onAsk: (asked: Asked) => void): readonly Column<Rule>[] => [
  {
    key: 'pools',
    title: 'In the pools',
    narrow: 'first',
    cell: ({ attributes }) => (
      <Row gap={2}>
        <Text isMono>{attributes.pools}</Text>
        {attributes['is-shared'] && <Tag isLine>of the site</Tag>}
      </Row>
    ),
  },
  { key: 'field', title: 'About', narrow: 'second', cell: ({ attributes }) => <Text level={2}>{FIELDS[attributes.field]}</Text> },
  { key: 'may', title: 'Allows', narrow: 'second', isWide: true, cell: (rule) => <Text level={2}>{ruleWords(rule)}</Text> },
  {
    key: 'do',
    title: 'Change',
    align: 'end',
    narrow: 'end',
    cell: (rule) => {
      const name = `the rule about ${FIELDS[rule.attributes.field].toLowerCase()} in ${rule.attributes.pools}`
      return (
        <Row gap={1}>
          <IconButton icon="edit" label={`Change ${name}`} disabledReason={cannot(rule)} onClick={() => onAsk({ kind: 'change', rule })} />
          <IconButton icon="trash" label={`Delete ${name}`} disabledReason={cannot(rule)} onClick={() => onAsk({ kind: 'delete', rule })} />
        </Row>
      )
    },
  },
]

interface RuleProps {
  organization: string
  /** Of the site: makes rules that count for every organization. */
  isAdmin: boolean
  /** The one that is changed; a new one without it. */
  rule?: Rule
  onClose: () => void
}

const HELP: Readonly<Record<RuleValues['field'], string>> = {
  team: 'Names of teams: whoever puts an app there is a member of one. * stands for anything.',
  project: 'Names of projects. * stands for anything.',
  plan: 'Names of plans. The first without * is taken where nothing is chosen.',
  service: 'Names of services: what apps there may be bound to. * stands for anything.',
  router: 'Names of routers that take requests to apps there, on one machine; embedded is the server\'s own. * stands for anything.',
  organization: 'Names of organizations. * stands for anything.',
}

function RuleDialog({ organization, isAdmin, rule, onClose }: RuleProps) {
  const refresh = useRefresh()
  const said = rule?.attributes
  const form = useForm<RuleValues>({
    initial: { pools: said?.pools ?? '', field: said?.field ?? 'team', values: said?.values ?? [], denies: said?.denies ? 'yes' : 'no', 'is-shared': said?.['is-shared'] ?? false },
    check: ({ pools }) => ({ ...(!pools.trim() && { pools: 'Name a pool, or write *.' }) }),
    submit: ({ pools, field, values, denies, 'is-shared': isShared }) => {
      const says = { values: [...values], denies: denies === 'yes' }
      return rule
        ? call('patch', '/api/v2/pool-constraints/{pool_constraint}', { params: { path: { pool_constraint: rule.id } }, body: { data: { type: 'pool-constraints', attributes: says } } })
        : call('post', '/api/v2/organizations/{organization}/pool-constraints', {
            params: { path: { organization } },
            body: { data: { type: 'pool-constraints', attributes: { pools: pools.trim(), field, ...says, 'is-shared': isShared } } },
          })
    },
    onDone: () => {
      onClose()
      toast({ text: rule ? 'The rule is changed.' : 'The rule counts from now on.' })
      void refresh()
    },
  })
  const { values } = form
  const names = useNames(organization, values.field)
  const stays = rule ? 'It stays with its pools. Make another rule.' : null
  return (
    <Dialog isOpen onClose={onClose} title={rule ? `Change the rule about ${FIELDS[values.field].toLowerCase()} in ${values.pools}` : 'New rule about pools'} size="md">
      <Form form={form} submit={rule ? 'Save' : 'Make rule'} isWide disabledReason={rule && !form.isChanged ? 'Nothing is changed yet.' : null} command={ruleCommand(values)}>
        <TextInput label="Pools" isMono autoFocus={!rule} placeholder="production" help="A name, in which * stands for anything." disabledReason={stays} {...form.field('pools')} />
        <Select
          label="About"
          options={Object.entries(FIELDS)
            .filter(([field]) => field !== 'organization' || values['is-shared'] || values.field === 'organization')
            .map(([value, text]) => ({ value: value as RuleValues['field'], text }))}
          disabledReason={stays}
          {...form.field('field')}
        />
        <Radio
          label="Who may"
          options={[
            { value: 'no', label: 'Only these', help: 'None closes the pools.' },
            { value: 'yes', label: 'All but these' },
          ]}
          {...form.field('denies')}
        />
        <MultiSelect
          label={FIELDS[values.field]}
          isOptional
          isMono
          createLabel="Take"
          help={HELP[values.field]}
          options={[...new Set([...names, ...values.values])].map((value) => ({ value }))}
          {...form.field('values')}
        />
        {!rule && (
          <Checkbox
            label="It counts for every organization"
            help="It is about the site's pools then."
            disabledReason={isAdmin ? null : 'For administrators of the site.'}
            {...form.field('is-shared')}
          />
        )}
      </Form>
    </Dialog>
  )
}

const EMBEDDED = [{ attributes: { name: 'embedded' } }]

/** Names to choose from; of organizations and what the caller may not see, none. */
function useNames(organization: string, field: RuleValues['field']): readonly string[] {
  const keep = { retry: false }
  const teams = useQuery({ ...teamsOf(organization), ...keep, enabled: field === 'team' }).data?.data ?? []
  const projects = useQuery({ ...projectsOf(organization), ...keep, enabled: field === 'project' }).data?.data ?? []
  const plans = useQuery({ ...plansOf(organization), ...keep, enabled: field === 'plan' }).data?.data ?? []
  const found = { team: teams, project: projects, plan: plans, service: [], router: EMBEDDED, organization: [] }[field]
  return found.map(({ attributes }) => String(attributes.name))
}

function DeleteRuleDialog({ rule, onClose }: { rule: Rule; onClose: () => void }) {
  const refresh = useRefresh()
  const { pools, field, 'is-shared': isShared } = rule.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete the rule about ${FIELDS[field].toLowerCase()} in ${pools}?`}
      verb="Delete rule"
      isDanger
      onConfirm={async () => {
        await call('delete', '/api/v2/pool-constraints/{pool_constraint}', { params: { path: { pool_constraint: rule.id } } })
        toast({ text: 'The rule is deleted.' })
        await refresh()
      }}
    >
      <Stack gap={3}>
        <p>It said: {ruleWords(rule)}. From now on the next less exact rule counts, or none.</p>
        <Command text={command(`slipway pool-constraint unset ${quoted(pools)}`, `--field ${field}`, isShared && '--shared')} />
      </Stack>
    </ConfirmDialog>
  )
}
