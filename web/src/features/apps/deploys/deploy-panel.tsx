// The deploy that goes on, or that failed last, on the app's first page.
import { useQuery } from '@tanstack/react-query'
import { addresses } from '@/lib/addresses'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Progress } from '@/ui/progress'
import { Panel } from '@/ui/section'
import { Status } from '@/ui/status'
import { Facts } from '@/ui/text'
import { Duration, Time } from '@/ui/time'
import { type App, type Deploy, deployBy } from '../queries'
import { deployTitle, kindWord, stepsOf } from '../words'
import { CancelDeploy } from './cancel'
import { WhyEnded } from './why-ended'
import styles from '../apps.module.css'

interface DeployPanelProps {
  organization: string
  app: App
  /** Its id. */
  deploy: string
}

export function DeployPanel({ organization, app, deploy: id }: DeployPanelProps) {
  const { data } = useQuery(deployBy(id))
  if (!data) return null
  const deploy = data.data as Deploy
  const { attributes } = deploy
  const steps = stepsOf(deploy)
  const now = steps.findIndex(({ place }) => place === 'now')
  const isRunning = attributes.status === 'running'
  return (
    <Panel
      title={`Deploy ${attributes.number}`}
      actions={<Status of="deploy" value={attributes.status} isBadge />}
      footer={
        <div className={styles.footer}>
          <Link to={addresses.deploy(organization, app.attributes.name, id)}>{isRunning ? 'Follow its log' : 'Look at its log'}</Link>
          {isRunning && <CancelDeploy app={app} deploy={deploy} />}
        </div>
      }
    >
      <Stack gap={3}>
        <Facts>
          {[
            kindWord(deploy),
            deployTitle(deploy),
            `by ${attributes['started-by']}`,
            isRunning ? <Duration key="for" from={attributes['created-at']} /> : <Time key="at" at={attributes['created-at']} />,
          ]}
        </Facts>
        {isRunning && (
          <Stack gap={1}>
            <Facts>{[<b key="step">{steps[now]?.name ?? 'Done'}</b>, steps[now]?.detail]}</Facts>
            <Progress value={Math.max(0, now)} of={steps.length} label="Steps that are done" />
          </Stack>
        )}
        <WhyEnded deploy={deploy} />
      </Stack>
    </Panel>
  )
}
