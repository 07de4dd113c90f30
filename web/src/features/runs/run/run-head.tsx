// What runs, who started it, why, where it stands, since when.
import { addresses } from '@/lib/addresses'
import { useNow } from '@/lib/now'
import { Button, IconButton } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { Link } from '@/ui/link'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Status } from '@/ui/status'
import { Tag } from '@/ui/tag'
import { Duration, Time } from '@/ui/time'
import { toast } from '@/ui/toast'
import { Who } from '@/ui/who'
import { CommitFacts } from './commit-facts'
import { type Decision, isStopping, refusalOf } from './decisions'
import { operationOf } from './phases'
import { isFinal, isForPerson, relatedId, type RunDetail, type Workspace } from './queries'
import styles from './run.module.css'

interface RunHeadProps {
  organization: string
  workspaceName: string
  workspace: Workspace | undefined
  detail: RunDetail
  onAsk: (decision: Decision) => void
  onAgain: () => void
  againRefusal: string | null
}

export function RunHead({ organization, workspaceName, workspace, detail, onAsk, onAgain, againRefusal }: RunHeadProps) {
  const { run } = detail
  const { status, message } = run.attributes
  const to = addresses.workspace(organization, workspaceName)
  const isOver = isFinal(status)
  return (
    <PageHead
      title={message || operationOf(run)}
      status={<Status of="run" value={status} isBadge />}
      crumbs={[
        { title: workspaceName, to },
        { title: 'Runs', to: addresses.workspace(organization, workspaceName, 'runs') },
      ]}
      object={{ kind: 'run', id: run.id, name: `${workspaceName} · ${message || operationOf(run)}` }}
      meta={<RunMeta organization={organization} workspaceName={workspaceName} detail={detail} />}
      palette={[
        { id: 'run.again', title: 'Run again', icon: 'refresh', run: onAgain },
        ...(isOver || isForPerson(status) ? [] : [{ id: 'run.cancel', title: 'Cancel this run', icon: 'canceled' as const, run: () => onAsk('cancel') }]),
      ]}
      actions={
        <>
          <span className={styles.id}>{run.id}</span>
          <IconButton icon="link" size="md" label="Copy the link" onClick={() => void copyLink()} />
          <Menu
            trigger={<IconButton icon="more" size="md" label="More actions" />}
            groups={[
              {
                items: [
                  { title: 'Run again…', icon: 'refresh', onSelect: onAgain, disabledReason: againRefusal },
                  { title: 'Download the plan as JSON', icon: 'download', href: `/api/v2/plans/${relatedId(run, 'plan')}/json-output` },
                  { title: 'Download the configuration', icon: 'download', href: `/api/v2/configuration-versions/${relatedId(run, 'configuration-version')}/download` },
                ],
              },
              {
                items: [
                  { title: 'Cancel run…', icon: 'canceled', onSelect: () => onAsk('cancel'), disabledReason: refusalOf('cancel', detail, workspace) },
                  {
                    title: 'Force-cancel run…',
                    icon: 'failed',
                    isDanger: true,
                    onSelect: () => onAsk('force-cancel'),
                    disabledReason: refusalOf('force-cancel', detail, workspace),
                  },
                ],
              },
            ]}
          />
          {isOver && (
            <Button icon="refresh" onClick={onAgain} disabledReason={againRefusal}>
              Run again
            </Button>
          )}
          {!isOver && !isForPerson(status) && !isStopping(detail) && (
            <Button icon="canceled" onClick={() => onAsk('cancel')} disabledReason={refusalOf('cancel', detail, workspace)}>
              Cancel run
            </Button>
          )}
        </>
      }
    />
  )
}

const SOURCES: Record<string, string> = { api: 'by the API', cli: 'from the command line', ui: 'in the console', 'tfe-api': 'by the cloud protocol', 'tfe-ui': 'in the console', vcs: 'by a commit', schedule: 'by a schedule' }

function RunMeta({ organization, workspaceName, detail }: { organization: string; workspaceName: string; detail: RunDetail }) {
  const { run } = detail
  const { attributes } = run
  const only = attributes['target-addrs'].length
  const replaced = attributes['replace-addrs'].length
  return (
    <>
      <span className={styles.fact}>
        <Who name={attributes['started-by'] ?? 'Slipway'} />
        <span className={styles.quiet}>{SOURCES[attributes.source] ?? attributes.source}</span>
      </span>
      <span className={styles.fact}>
        <Icon name="workspace" size={14} />
        <Link look="plain" to={addresses.workspace(organization, workspaceName)}>
          {workspaceName}
        </Link>
      </span>
      {attributes.commit && <CommitFacts organization={organization} commit={attributes.commit} />}
      <span className={styles.fact}>
        <Icon name={attributes['is-destroy'] ? 'trash' : 'run'} size={14} />
        {operationOf(run)}
        {attributes['auto-apply'] && !attributes['plan-only'] && <Tag isLine>auto-apply</Tag>}
        {only > 0 && <Tag isLine>only {only === 1 ? attributes['target-addrs'][0] : `${only} targets`}</Tag>}
        {replaced > 0 && <Tag isLine>replaces {replaced === 1 ? attributes['replace-addrs'][0] : replaced}</Tag>}
      </span>
      <span className={styles.fact}>
        <Icon name="clock" size={14} />
        <span>
          Started <Started detail={detail} />
        </span>
      </span>
    </>
  )
}

const DAY_MS = 86_400_000

/** `14:02:11, waiting 4 min 07 s`. */
function Started({ detail }: { detail: RunDetail }) {
  const { status, 'created-at': created, 'status-timestamps': times } = detail.run.attributes
  const now = useNow(60_000)
  const isOld = now - Date.parse(created) > DAY_MS
  const begun = <Time at={created} form={isOld ? 'ago' : 'clock'} />
  const last = Object.values(times).sort().at(-1)
  if (isFinal(status)) {
    return (
      <>
        {begun}, took <Duration from={created} to={last ?? created} />
      </>
    )
  }
  const isWaiting = isForPerson(status) || status.endsWith('queued') || status === 'pending' || status === 'confirmed'
  return (
    <>
      {begun}, {isWaiting ? 'waiting' : 'running'} <Duration from={last ?? created} />
    </>
  )
}

async function copyLink() {
  await navigator.clipboard.writeText(window.location.href)
  toast({ text: 'The link is in the clipboard.' })
}
