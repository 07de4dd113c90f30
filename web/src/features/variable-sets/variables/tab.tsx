// The variables of a workspace: its own, those that variable sets give it, and which value wins.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization, useParam } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { Link } from '@/ui/link'
import { Popover } from '@/ui/popover'
import { Section } from '@/ui/section'
import type { VariableRow } from './home'
import { hiddenNames, originWords } from './origins'
import { type Editing, OwnVariables } from './own-variables'
import { VariableLine, VariableList } from './variable-line'
import styles from './variables.module.css'

type Effective = ResourceOf<'EffectiveVariable'>

export default function VariablesTab() {
  const organization = useOrganization()
  const workspace = useWorkspace(organization)
  const [editing, setEditing] = useState<Editing | null>(null)
  const { name, permissions } = workspace.attributes
  const mayRead = permissions['can-read-variable']
  const effective = useQuery({
    ...get('/api/v2/workspaces/{workspace}/effective-variables', { params: { path: { workspace: workspace.id } } }),
    enabled: mayRead,
  })
  if (!mayRead) {
    return (
      <EmptyState title="You may not see the variables of this workspace">
        Seeing them needs workspace.variable.read here. The Access tab explains it.
      </EmptyState>
    )
  }
  const rows = effective.data?.data ?? []
  const inherited = rows.filter(({ attributes }) => attributes.origin.kind !== 'workspace' && !hides(attributes, 'workspace'))
  const disabledReason = permissions['can-update-variable']
    ? null
    : 'Changing variables needs workspace.variable.write here. The Access tab explains it.'
  const override = ({ attributes: { key, category } }: Effective) => {
    setEditing({ id: null, start: { key, category } })
    window.scrollTo({ top: 0 })
  }
  return (
    <>
      <OwnVariables
        home={{ kind: 'workspace', id: workspace.id, name }}
        title="Variables of this workspace"
        disabledReason={disabledReason}
        editing={editing}
        onEdit={setEditing}
        origin={(variable) => originOf(variable, rows)}
        empty="Variables are inputs of the configuration and of the engine's environment. Credentials belong here as sensitive ones, or in a variable set that several workspaces share."
      />
      {effective.error && <ErrorNotice error={toApiError(effective.error)} onRetry={() => void effective.refetch()} />}
      {inherited.length > 0 && (
        <Section title="From variable sets" count={inherited.length}>
          <VariableList label="From variable sets" hasOrigins>
            {inherited.map((variable) => (
              <InheritedLine
                key={variable.id}
                organization={organization}
                variable={variable}
                disabledReason={disabledReason}
                onOverride={() => override(variable)}
              />
            ))}
          </VariableList>
        </Section>
      )}
    </>
  )
}

/** The same query as the frame's, so that it is there already. */
function useWorkspace(organization: string) {
  const workspace = useParam('workspace')
  const byName = get('/api/v2/organizations/{organization}/workspaces/{workspace}', { params: { path: { organization, workspace } } })
  const byId = get('/api/v2/workspaces/{workspace}', { params: { path: { workspace } } })
  return useSuspenseQuery(/^ws-[0-9a-z]{16}$/.test(workspace) ? byId : (byName as unknown as typeof byId)).data.data
}

const hides = ({ overridden }: Effective['attributes'], kind: string) => overridden.some((origin) => origin.kind === kind)

const OWN = 'This workspace'

/** That it is the workspace's own and what it hides, or what hides it. */
function originOf(variable: VariableRow, rows: readonly Effective[]) {
  const { key, category } = variable.attributes
  const winner = rows.find(({ attributes }) => attributes.key === key && attributes.category === category)?.attributes
  if (!winner) return { text: OWN, isOff: false }
  if (winner.origin['variable-id'] !== variable.id) {
    return { text: <Why text={`Overruled by ${originWords(winner.origin)}`} winner={winner} />, isOff: true }
  }
  const hidden = winner.overridden.length > 0 ? `${OWN}, hides the value of ${hiddenNames(winner.overridden)}` : OWN
  return { text: <Why text={hidden} winner={winner} />, isOff: false }
}

interface InheritedLineProps {
  organization: string
  variable: Effective
  disabledReason: string | null
  onOverride: () => void
}

function InheritedLine({ organization, variable: { attributes }, disabledReason, onOverride }: InheritedLineProps) {
  const { origin } = attributes
  const set = origin['variable-set-id']
  return (
    <VariableLine
      name={attributes.key}
      value={attributes.value}
      isSecret={attributes.sensitive}
      isHcl={attributes.hcl}
      isEnvironment={attributes.category === 'env'}
      origin={
        <>
          {set ? <Link to={addresses.variableSet(organization, set)}>{origin['variable-set-name'] ?? set}</Link> : null}
          {', '}
          <Why text={originWords({ ...origin, 'variable-set-name': null })} winner={attributes} />
        </>
      }
      actions={
        <Button
          size="sm"
          look="quiet"
          disabledReason={origin.kind === 'priority-set' ? 'Its set has priority: a value here would not count.' : disabledReason}
          onClick={onOverride}
        >
          Override
        </Button>
      }
    />
  )
}

/** A few words that open the whole chain: what counts and why, what it hides. */
function Why({ text, winner }: { text: string; winner: Effective['attributes'] }) {
  return (
    <Popover
      label={`Where ${winner.key} comes from`}
      align="start"
      trigger={
        <button type="button" className={styles.whyButton}>
          {text}
        </button>
      }
    >
      <ol className={styles.chain}>
        <li>
          <b>Counts: {originWords(winner.origin)}</b>
          <p>{winner.origin.why}</p>
        </li>
        {winner.overridden.map((origin) => (
          <li key={`${origin.kind}${origin['variable-id']}`}>
            <b>Hidden: {originWords(origin)}</b>
          </li>
        ))}
      </ol>
    </Popover>
  )
}
