// Taking resources of a template to another version of it: which version, which resources, how many at once, when to stop.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { ErrorNotice } from '@/ui/alert'
import { BreakingChanges } from '@/ui/breaking-changes'
import { Form } from '@/ui/form'
import { Split } from '@/ui/layout'
import { Section } from '@/ui/section'
import { Select } from '@/ui/select'
import { Text } from '@/ui/text'
import { HowFields } from '../create/how-fields'
import { Next } from '../create/next'
import { Picked } from '../create/picked'
import { useCreate } from '../create/use-create'
import { MOST_LISTED, type Resource, resourcesOfTemplate, versionsOf } from '../queries'
import { createCommand } from '../words'

type Version = ResourceOf<'SourceCodeVersion'>

interface UpgradeFormProps {
  organization: string
  /** Its id. */
  template: string
  /** The version's id; empty for none. */
  recommended: string
  /** Ids of those that were chosen before; all where none was. */
  preferred: readonly string[]
}

export function UpgradeForm({ organization, template, recommended, preferred }: UpgradeFormProps) {
  const listed = useQuery(versionsOf(organization, template))
  const found = useQuery(resourcesOfTemplate(organization, template))
  const [chosen, setChosen] = useState('')
  const [touched, setTouched] = useState<ReadonlySet<string> | null>(null)
  const versions = ((listed.data?.data ?? []) as readonly Version[]).filter(({ attributes }) => attributes.lifecycle !== 'archived' && attributes.status === 'ready')
  const version = chosen || recommended || (versions[0]?.id ?? '')
  const rows = (found.data?.data as readonly Resource[] | undefined)?.filter(({ attributes }) => attributes['source-code-version'] !== version)
  const unwanted = preferred.length > 0 ? (rows ?? []).filter(({ id }) => !preferred.includes(id)).map(({ id }) => id) : []
  const left = touched ?? new Set(unwanted)
  const taken = (rows ?? []).filter(({ id }) => !left.has(id)).map(({ id }) => id)
  const total = found.data?.meta?.pagination['total-count'] ?? 0
  // All that have another version need not be named, however many there are.
  const named = rows && taken.length === rows.length ? [] : taken
  const form = useCreate({ organization, kind: 'upgrade', resources: named, version })
  const error = listed.error ?? found.error
  if (error) return <ErrorNotice error={toApiError(error)} onRetry={() => void Promise.all([listed.refetch(), found.refetch()])} />
  const target = versions.find(({ id }) => id === version)
  return (
    <Section title="Upgrade resources" about="Each gets the version with the values that it has. Where the version asks for more, its step fails and says for what." isRuled>
      <Split isFollowing aside={<Next command={createCommand('upgrade', named, version, form.values)} isAuto={form.values.auto} />}>
        <Form
          form={form}
          submit={taken.length > 0 ? `Plan the upgrade of ${counted(taken.length, 'resource')}` : 'Plan the upgrade'}
          isWide
          disabledReason={versions.length === 0 ? 'There is no version to take them to.' : rows && taken.length === 0 ? 'Choose at least one resource.' : null}
        >
          <Select
            label="To the version"
            isMono
            options={versions.map(({ id, attributes }) => ({ value: id, text: versionText(attributes) }))}
            name="source-code-version"
            value={version}
            onChange={setChosen}
            error={form.problems['source-code-version']}
          />
          {target && <BreakingChanges version={target.attributes} to={addresses.templateVersion(organization, template, target.id)} />}
          <Section title="Resources" count={rows && `${taken.length} of ${rows.length}`} about="Those that are there and have another version.">
            <Picked organization={organization} rows={rows} left={left} onLeft={setTouched} empty={<Text level={3}>Every resource has this version already.</Text>} />
            {total > MOST_LISTED && <Text level={3}>The first {MOST_LISTED} are listed. All are taken while none of them is left out.</Text>}
          </Section>
          <HowFields form={form} />
        </Form>
      </Split>
    </Section>
  )
}

function versionText(attributes: Version['attributes']): string {
  const recommended = attributes['is-recommended'] ? ', recommended' : ''
  return `${attributes.ref} (${attributes.directory || 'top'}), ${attributes.lifecycle}${recommended}`
}
