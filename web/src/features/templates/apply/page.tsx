// Documents of the catalog, pasted or chosen: first what they would change, then all of them at once.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { type ApiError, toApiError } from '@/api/errors'
import { call, type Schema } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization } from '@/lib/search'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { Row, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { MANAGE } from '../queries'
import { staleTemplates } from '../stale'
import { Changes, summary } from './changes'
import { DocumentsInput } from './documents-input'
import { Problems } from './problems'
import { type Problem, readDocuments } from './read'

type Application = Schema<'CatalogApplication'>

interface Outcome {
  /** What was looked at, or done. */
  readonly application: Application | null
  readonly problems: readonly Problem[]
  readonly error: ApiError | null
  /** The catalog is another one than when it was looked at. */
  readonly hasMoved?: boolean
}

const NOTHING: Outcome = { application: null, problems: [], error: null }

export default function ApplyCatalog() {
  const organization = useOrganization()
  const refusal = useAllowed(organization).refusal(MANAGE)
  const queries = useQueryClient()
  const [text, setText] = useState('')
  const [outcome, setOutcome] = useState<Outcome>(NOTHING)
  const [isBusy, setBusy] = useState(false)
  const work = async (job: () => Promise<Outcome>) => {
    setBusy(true)
    setOutcome(await job())
    setBusy(false)
  }
  const look = () => work(() => tried(organization, text, true))
  const apply = () =>
    work(async () => {
      // What is applied is what was looked at: somebody may have changed the catalog since.
      const again = await tried(organization, text, true)
      if (again.application && JSON.stringify(again.application) !== JSON.stringify(outcome.application)) return { ...again, hasMoved: true }
      const done = again.application ? await tried(organization, text, false) : again
      for (const queryKey of staleTemplates) void queries.invalidateQueries({ queryKey })
      return done
    })
  const { application } = outcome
  const isLooked = application?.['is-dry-run'] === true
  const isIdle = application !== null && application.changes.every(({ action }) => action === 'none')
  return (
    <>
      <PageHead
        title="Apply files"
        meta="Make the catalog as documents describe it: all of them or none. What no document names stays as it is."
        crumbs={[{ title: 'Templates', to: addresses.templates(organization) }]}
      />
      <Stack gap={4}>
        {refusal && (
          <Alert tone="neutral" icon="lock" title="You may look at this page, not use it">
            {refusal}
          </Alert>
        )}
        <DocumentsInput
          text={text}
          onChange={(typed) => {
            setText(typed)
            setOutcome(NOTHING)
          }}
        />
        <Row gap={2} isWrapping>
          <Button look={isLooked && !isIdle ? 'default' : 'primary'} icon="eye" isBusy={isBusy} disabledReason={refusal ?? (text.trim() === '' ? 'Paste a document or choose a file first.' : null)} onClick={() => void look()}>
            See what would change
          </Button>
          {isLooked && !isIdle && (
            <Button look="primary" icon="check" isBusy={isBusy} disabledReason={refusal} onClick={() => void apply()}>
              Apply
            </Button>
          )}
        </Row>
        <div aria-live="polite">
          <Stack gap={3}>
            {outcome.hasMoved && (
              <Alert tone="warning" title="Somebody changed the catalog meanwhile">
                Nothing was applied. This is what the documents would change now.
              </Alert>
            )}
            {outcome.problems.length > 0 && <Problems text={text} problems={outcome.problems} />}
            {outcome.error && outcome.problems.length === 0 && <ErrorNotice error={outcome.error} />}
            {application && !isLooked && (
              <Alert tone="success" title={`Applied: ${summary(application.changes, true)}`}>
                <Link to={addresses.templates(organization)}>See the templates</Link>
              </Alert>
            )}
            {isLooked && isIdle && (
              <Alert tone="neutral" icon="ok" title="Nothing would change">
                The catalog is as these documents describe it.
              </Alert>
            )}
          </Stack>
        </div>
        {application && !isIdle && (
          <Section title={isLooked ? 'What would change' : 'What changed'} about={summary(application.changes, !isLooked)} isRuled>
            <Changes changes={application.changes} />
          </Section>
        )}
        <Command text={`slipway catalog apply -f catalog/${isLooked ? '' : ' --dry-run'}`} />
      </Stack>
    </>
  )
}

/** Asks the server; what it says of a place in the documents is told by its line. */
async function tried(organization: string, text: string, isDryRun: boolean): Promise<Outcome> {
  const { documents, problems, lineOf } = readDocuments(text)
  if (problems.length > 0) return { ...NOTHING, problems }
  try {
    const { data } = await call('post', '/api/v2/organizations/{organization}/catalog/actions/apply', {
      params: { path: { organization }, query: { 'dry-run': isDryRun } },
      body: documents,
    })
    return { ...NOTHING, application: data.attributes }
  } catch (thrown) {
    const error = toApiError(thrown)
    const placed = error.fields.map(({ pointer, detail }) => ({ line: lineOf(pointer), message: detail }))
    return { ...NOTHING, error, problems: placed }
  }
}
