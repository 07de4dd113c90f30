// What a resource was: each revision with what changed, and how to have it again.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { related } from '@/api/query'
import { parameter, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Pager } from '@/ui/pager'
import { Section } from '@/ui/section'
import { Skeleton } from '@/ui/skeleton'
import { Facts, Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { AskDialog } from '../changes/ask-dialog'
import { Differences } from '../changes/differences'
import { revisionsOf, staleResources, UPDATE, useOpenResource, useRefusal } from '../queries'
import { oneOf } from '../words'
import { useNames } from './page'
import styles from '../resources.module.css'

export default function RevisionsPage() {
  const { organization, resource, etag } = useOpenResource()
  const { attributes } = resource
  const [{ page = 1 }, change] = useSearchState((raw) => ({ page: parameter.page(raw['page']) }))
  const { data, error, refetch } = useQuery(revisionsOf(resource.id, page))
  const [asked, setAsked] = useState<number | null>(null)
  const queries = useQueryClient()
  const names = useNames(resource)
  const open = related(resource, 'change') ? 'A change of it is open. It has to be over first.' : null
  const refusal = useRefusal(organization, related(resource, 'project'), UPDATE) ?? open
  return (
    <>
      <Section title="Revisions" count={data?.meta?.pagination['total-count']} about="As it was once applied, the newest first.">
        {error && <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />}
        {!error && !data && <Skeleton height={120} />}
        {data?.data.length === 0 && <Text level={3}>None yet: there is one once it was applied.</Text>}
        <ol className={styles.history} aria-label="Revisions">
          {data?.data.map(({ id, attributes: one }) => (
            <li key={id}>
              <div className={styles.line}>
                <Text isStrong>Revision {one.revision}</Text>
                {one.revision === attributes.revision && <Badge size="sm">current</Badge>}
                <Facts>
                  {[`by ${one['requested-by']}`, one['applied-at'] ? <Time key="at" at={one['applied-at']} /> : null, one.reason !== '' && <span key="why">“{one.reason}”</span>]}
                </Facts>
                {one.revision === attributes.revision || one.kind === 'destroy' ? (
                  <span />
                ) : (
                  <Button size="sm" icon="undo" disabledReason={refusal} onClick={() => setAsked(one.revision)}>
                    Have revision {one.revision} again…
                  </Button>
                )}
              </div>
              <Differences differences={one.differences} names={names} />
            </li>
          ))}
        </ol>
        <Pager meta={data?.meta} shown={data?.data.length ?? 0} onPage={(next) => void change({ page: next })} />
      </Section>
      {asked !== null && (
        <AskDialog
          resource={resource}
          etag={etag}
          action="restore"
          revision={asked}
          title={`Have revision ${asked} of ${attributes.name} again?`}
          verb="Plan it"
          command={`slipway resource restore ${oneOf(attributes)} --revision ${asked}`}
          onClose={() => setAsked(null)}
          onDone={() => Promise.all(staleResources.map((queryKey) => queries.invalidateQueries({ queryKey })))}
        >
          A change is opened that makes it what it was then. Nothing is touched before its plan is confirmed. Secrets stay as they are now.
        </AskDialog>
      )}
    </>
  )
}
