// How the site stands: what needs somebody and what to do about it, the queue, the last backup, the server itself.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { get, type Schema } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { KeyValue } from '@/ui/key-value'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { PageSkeleton } from '@/ui/skeleton'
import { Status } from '@/ui/status'
import { statusLook } from '@/ui/status-list'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { Problems } from './problems'
import { STATES } from './queue-search'

type SiteStatus = Schema<'SiteStatus'>

export default function SiteStatusPage() {
  // No event tells how the queue moves.
  const { data, error, refetch, isFetching } = useQuery({ ...get('/api/v2/admin/status'), staleTime: 0 })
  const status = data?.data.attributes
  return (
    <>
      <PageHead
        title="Status"
        status={status && !error && <Status of="health" value={status.problems.length > 0 ? 'warning' : 'ok'} isBadge />}
        meta="What of the site needs somebody, and how its parts stand."
        actions={
          <Button icon="refresh" isBusy={isFetching && status !== undefined} onClick={() => void refetch()}>
            Read again
          </Button>
        }
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : status ? (
        <Parts status={status} />
      ) : (
        <PageSkeleton />
      )}
    </>
  )
}

function Parts({ status }: { status: SiteStatus }) {
  const { problems } = status
  return (
    <>
      <Section title="What needs somebody" {...(problems.length > 0 && { count: problems.length })}>
        <Problems problems={problems} />
      </Section>
      <Queue status={status} />
      <Backup at={status['last-backup-at']} />
      <Section title="The server">
        <KeyValue
          width="lg"
          entries={[
            ['Version', <Text key="version" isMono>{status.version}</Text>],
            ['Database', DATABASES[status.database] ?? status.database],
            ['Master key comes from', <Text key="source" isMono>{status['master-key-source']}</Text>],
            ['Its fingerprint', <Text key="fingerprint" isMono>{status['master-key']}</Text>],
            ['Data keys', <Link key="keys" to={addresses.admin('keys')}>Keys and their rotations</Link>],
          ]}
        />
      </Section>
    </>
  )
}

const DATABASES: Readonly<Record<string, string>> = { sqlite: 'SQLite', postgres: 'PostgreSQL', mysql: 'MySQL or MariaDB' }

function Queue({ status }: { status: SiteStatus }) {
  const oldest = status['oldest-queued-at']
  const states = STATES.filter((state) => state !== 'done')
  return (
    <Section title="Queue" actions={<Link to={addresses.admin('queue')}>All work</Link>}>
      <KeyValue
        width="lg"
        entries={[
          ...states.map((state) => {
            const number = status.queue[state] ?? 0
            const shown = number > 0 ? <Link to={addresses.admin('queue')} search={{ state } as never}>{counted(number, 'work item')}</Link> : 'none'
            return [statusLook('work', state).word, shown] as const
          }),
          ['The oldest waits since', oldest ? <Time key="oldest" at={oldest} /> : 'nothing waits'],
        ]}
      />
    </Section>
  )
}

function Backup({ at }: { at: string | null | undefined }) {
  return (
    <Section title="Backup">
      <Stack gap={3}>
        <KeyValue width="lg" entries={[['Last one', at ? <Time key="at" at={at} /> : 'none made with this command yet']]} />
        <Command text="slipway admin backup --data-dir /var/lib/slipway --to slipway.backup" />
      </Stack>
    </Section>
  )
}
