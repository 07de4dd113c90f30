// "Why can she apply here?": the answer of the server, with every way that leads to it.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import type { Schema } from '@/api/query'
import { parameter, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Combobox } from '@/ui/combobox'
import { Command } from '@/ui/command'
import { Icon } from '@/ui/icon'
import { Section } from '@/ui/section'
import { Skeleton } from '@/ui/skeleton'
import type { WorkspaceRow } from '../queries'
import { command } from '../words'
import { explanation, permissions } from './queries'
import { useSubjects } from './subjects'
import styles from './access.module.css'

interface AskSearch {
  /** The id or the name of who is asked about; the caller without it. */
  readonly who?: string | undefined
  /** The permission. */
  readonly what?: string | undefined
}

const parseSearch = (raw: Readonly<Record<string, unknown>>): AskSearch => ({
  who: parameter.text(raw['who']),
  what: parameter.text(raw['what']),
})

const FIRST = 'workspace.run.apply'

interface AskProps {
  organization: string
  workspace: WorkspaceRow
  /** Whether others can be listed to choose from. */
  mayList: boolean
}

export function Ask({ organization, workspace, mayList }: AskProps) {
  const [search, change] = useSearchState(parseSearch)
  const who = search.who ?? ''
  const what = search.what ?? FIRST
  const subjects = useSubjects(organization, mayList)
  const known = useQuery(permissions()).data?.data ?? []
  const here = known.filter(({ id }) => id.startsWith('workspace.'))
  const answer = useQuery(explanation(organization, workspace.id, who, what))
  const found = answer.data?.data[0]?.attributes
  const isNamed = who !== '' && !subjects.some(({ value }) => value === who)
  return (
    <Section title="Who may do it, and why" about="The answer is the server's: it is what counts when somebody tries.">
      <div className={styles.ask}>
        <Combobox
          label="Who"
          isOptional
          placeholder="You"
          createLabel="Somebody called"
          options={[...subjects, ...(isNamed ? [{ value: who }] : [])]}
          value={who}
          onChange={(value) => void change({ who: value || undefined }, { replace: true })}
        />
        <Combobox
          label="What"
          options={[...(here.length > 0 ? here : [{ id: what }])].map((one) => ({
            value: one.id,
            text: one.id,
            ...('attributes' in one && { detail: one.attributes.description }),
          }))}
          isMono
          value={what}
          onChange={(value) => void change({ what: value === FIRST ? undefined : value }, { replace: true })}
        />
      </div>
      <div className={styles.answer} aria-live="polite">
        {answer.error && <ErrorNotice error={toApiError(answer.error)} />}
        {!found && !answer.error && <Skeleton height={40} />}
        {found && <Answer found={found} isMe={who === ''} sentence={here.find(({ id }) => id === what)?.attributes.description} />}
        {found && (
          <Command text={command('access explain', found['subject-name'], what, '--in-workspace', workspace.attributes.name)} />
        )}
      </div>
    </Section>
  )
}

interface AnswerProps {
  found: Schema<'AccessExplanation'>
  isMe: boolean
  sentence: string | undefined
}

function Answer({ found, isMe, sentence }: AnswerProps) {
  const name = isMe ? 'You' : found['subject-name']
  const what = sentence ? `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}` : found.permission
  return (
    <>
      <p className={styles.verdict}>
        <Icon name={found['is-allowed'] ? 'ok' : 'never'} tone={found['is-allowed'] ? 'success' : 'neutral'} />
        <span>
          <b>
            {name} may {found['is-allowed'] ? '' : 'not '}
            {what}.
          </b>
          {found['is-within-token-scopes'] === false && ' The token that is used now does not let it pass, though.'}
        </span>
      </p>
      {found.chains.length === 0 ? (
        <p className={styles.chainless}>No role that {isMe ? 'you hold' : `${name} holds`}, alone or through a team, covers it here.</p>
      ) : (
        <ul className={styles.chains}>
          {found.chains.map((chain) => (
            <li key={`${chain['role-assignment']}${chain.team ?? ''}`}>
              <Chain chain={chain} />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** `Through the team platform-team, the role write on project shop, by its permission workspace`. */
function Chain({ chain }: { chain: Schema<'AccessChain'> }) {
  return (
    <>
      {chain['team-name'] && (
        <>
          Through the team <b>{chain['team-name']}</b>, the
        </>
      )}
      {chain['team-name'] ? ' ' : 'The '}role <b>{chain.role}</b> on <b>{chain['scope-name']}</b>
      {chain.node === '*' ? ', which covers everything' : (
        <>
          , by its permission <code>{chain.node}</code>
        </>
      )}
    </>
  )
}
