// One trusted issuer: whom of its programs is let in, and as what.
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { call, get, type ResourceOf, type Schema, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization, useParam } from '@/lib/search'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { EmptyState } from '@/ui/empty-state'
import { KeyValue } from '@/ui/key-value'
import { Stack } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Table } from '@/ui/table'
import { AddRule } from './add-rule'
import { ruleColumns } from './rule-columns'

type Rule = Schema<'TrustRule'>

export default function IssuerPage() {
  const organization = useOrganization()
  const id = useParam('issuer')
  const queries = useQueryClient()
  const navigate = useNavigate()
  const refusal = useAllowed(organization).refusal('organization.access.manage')
  const [open, setOpen] = useState<'rule' | 'delete' | null>(null)
  const [removed, setRemoved] = useState<Rule | null>(null)
  const path = { trusted_issuer: id }
  const { data: document } = useSuspenseQuery(get('/api/v2/trusted-issuers/{trusted_issuer}', { params: { path } }))
  const issuer = document.data as ResourceOf<'TrustedIssuer'>
  const { name, rules, audience } = issuer.attributes
  const list = addresses.settings(organization, 'trusted-issuers')
  const save = async (next: readonly Rule[]) => {
    await call('patch', '/api/v2/trusted-issuers/{trusted_issuer}', {
      params: { path },
      body: { data: { type: 'trusted-issuers', attributes: { rules: next.map(withoutNames) } } },
    })
    await queries.invalidateQueries({ queryKey: stale('/api/v2/trusted-issuers/{trusted_issuer}') })
  }
  const remove = async () => {
    await call('delete', '/api/v2/trusted-issuers/{trusted_issuer}', { params: { path } })
    await navigate({ to: list })
    await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/trusted-issuers') })
  }
  const add = (
    <Button look="primary" icon="plus" disabledReason={refusal} onClick={() => setOpen('rule')}>
      New rule
    </Button>
  )
  return (
    <>
      <PageHead
        title={name}
        crumbs={[{ title: 'Trusted issuers', to: list }]}
        actions={
          <>
            <Button look="danger-quiet" disabledReason={refusal} onClick={() => setOpen('delete')}>
              Delete…
            </Button>
            {rules.length > 0 && add}
          </>
        }
      />
      <Section title="Its tokens" isRuled>
        <KeyValue
          entries={[
            ['Issuer', <code key="issuer">{issuer.attributes.issuer}</code>],
            ['Audience', <span key="audience"><code>{issuer.attributes['accepted-audience']}</code>{audience ? '' : ', this server’s own address'}</span>],
            ['Keys', issuer.attributes.keys ? 'were given by hand' : 'are asked of the issuer'],
          ]}
        />
      </Section>
      <Section title="Rules" count={rules.length > 0 ? rules.length : undefined} about="For one account the first rule that fits counts.">
        <Table
          label="Rules"
          rows={rules}
          rowKey={(rule) => rule.name}
          columns={ruleColumns(organization, refusal, setRemoved)}
          hasKeys={false}
          empty={
            <EmptyState
              title="Nobody is let in yet"
              action={add}
              command={<Command text={`slipway trusted-issuer add-rule ${name} plan --to ci --claim repository=acme/shop`} />}
            >
              A rule says what a token must say, and as which service account its program is let in then.
            </EmptyState>
          }
        />
      </Section>
      {open === 'rule' && <AddRule organization={organization} issuer={issuer} onSave={(rule) => save([...rules, rule])} onClose={() => setOpen(null)} />}
      <ConfirmDialog
        isOpen={removed !== null}
        onClose={() => setRemoved(null)}
        title={`Remove the rule ${removed?.name}?`}
        verb="Remove rule"
        isDanger
        onConfirm={() => save(rules.filter((rule) => rule.name !== removed?.name))}
      >
        <Stack gap={3}>
          <p>Nobody is let in by it any more, and tokens that it gave stop working at once.</p>
          <Command text={`slipway trusted-issuer remove-rule ${name} ${removed?.name} --yes`} />
        </Stack>
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={open === 'delete'}
        onClose={() => setOpen(null)}
        title={`Trust ${name} no more?`}
        verb="Delete issuer"
        isDanger
        nameToType={name}
        onConfirm={remove}
      >
        <Stack gap={3}>
          <p>None of its programs is let in any more, and tokens that its rules gave stop working at once.</p>
          <Command text={`slipway trusted-issuer delete ${name} --yes`} />
        </Stack>
      </ConfirmDialog>
    </>
  )
}

/** Answers name accounts, too; only their ids are sent. */
function withoutNames(rule: Rule): Rule {
  const { 'service-account-name': name, ...sent } = rule
  return name === undefined ? rule : sent
}
