// One deploy: its steps, its log as it is written, why it failed, and how to stop it.
import { useSuspenseQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useRef } from 'react'
import { related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { parameter, type ParseSearch, useParam, useSearchState } from '@/lib/search'
import { quoted } from '@/lib/shell'
import { Command } from '@/ui/command'
import { Commit } from '@/ui/commit'
import { type Entries, KeyValue } from '@/ui/key-value'
import { Row, Split, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { StreamedLog } from '@/ui/log/known-log'
import { LogPanel } from '@/ui/log/log-panel'
import { useLinkedLine } from '@/ui/log/use-linked-line'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { Text } from '@/ui/text'
import { Duration, Time } from '@/ui/time'
import { type App, type Deploy, deployBy, useOpenApp, useRefreshApps } from '../queries'
import { kindWord, shortImage, versionName } from '../words'
import { RetryDeploy, RollBackDeploy } from './again'
import { CancelDeploy } from './cancel'
import { Steps } from './steps'
import { WhyEnded } from './why-ended'
import styles from '../apps.module.css'

/** What can be done with it where it stands. */
function Actions({ organization, app, deploy }: { organization: string; app: App; deploy: Deploy }) {
  const { status, 'app-version': brought } = deploy.attributes
  if (status === 'running') return <CancelDeploy app={app} deploy={deploy} />
  if (status !== 'deployed') return <RetryDeploy organization={organization} app={app} deploy={deploy} />
  // Of what was replaced since, there is nothing to go back from.
  return brought === app.attributes['live-version'] ? <RollBackDeploy organization={organization} app={app} deploy={deploy} /> : null
}

const parseFind: ParseSearch<{ readonly find: string | undefined }> = (raw) => ({ find: parameter.text(raw['find']) })

export default function DeployPage() {
  const { organization, app } = useOpenApp()
  const { name } = app.attributes
  const id = useParam('deploy')
  const deploy = useSuspenseQuery(deployBy(id)).data.data as Deploy
  const { attributes } = deploy
  const before = versionName(attributes['previous-version'])
  const env = attributes['restored-env']
  const isRunning = attributes.status === 'running'
  useFreshWhenEnded(isRunning)
  const [{ find }, change] = useSearchState(parseFind)
  const [line, link] = useLinkedLine()
  const address = `/api/v2/deploys/${encodeURIComponent(id)}/log`
  return (
    <Section
      title={
        <Row gap={2}>
          {`Deploy ${attributes.number}`}
          <Status of="deploy" value={attributes.status} isBadge />
        </Row>
      }
      actions={
        <Row gap={3}>
          <Link to={addresses.app(organization, name, 'deploys')}>All deploys</Link>
          <Actions organization={organization} app={app} deploy={deploy} />
        </Row>
      }
    >
      <Split
        aside={
          <>
            <Section title="Steps" isRuled>
              <Steps app={app} deploy={deploy} />
            </Section>
            <Section title="Details" isRuled>
              <KeyValue
                entries={[
                  ['Deploys', kindWord(deploy)],
                  ['Of', <Text key="of" title={attributes.origin}>{shortImage(attributes.origin)}</Text>],
                  ...madeOf(organization, related(app, 'repository'), deploy),
                  attributes.message ? ['Message', attributes.message] : null,
                  ['Brings', versionName(attributes['app-version']) ?? <Text key="none" level={3}>nothing yet</Text>],
                  before ? ['In place of', before] : null,
                  env ? ['Variables', `those of number ${env.number}${env['left-out'].length > 0 ? `, without ${env['left-out'].join(', ')}` : ''}`] : null,
                  ['By', attributes['started-by']],
                  ['Begun', <Time key="begun" at={attributes['created-at']} />],
                  [isRunning ? 'For' : 'Took', <Duration key="took" from={attributes['created-at']} to={attributes['ended-at']} />],
                ]}
              />
            </Section>
          </>
        }
      >
        <Stack gap={4}>
          <WhyEnded deploy={deploy} />
          <div className={styles.log}>
            <LogPanel
              key={address}
              reader={() => new StreamedLog(address)}
              label="Deploy log"
              line={line}
              onLine={link}
              search={find ?? ''}
              onSearch={(text) => void change({ find: text || undefined }, { replace: true })}
              whenAbsent={isRunning ? 'Nothing was written yet. What the steps say appears here as it comes.' : 'Nothing was written.'}
            />
          </div>
          <Command text={`slipway app deploy-log ${attributes.number} --app ${quoted(name)}${isRunning ? ' --follow' : ''}`} />
        </Stack>
      </Split>
    </Section>
  )
}

/** What it was asked for with, beside where it comes from. */
function madeOf(organization: string, repository: string, deploy: Deploy): Entries {
  const { commit, platform, dockerfile, 'build-arguments': given, 'build-secrets': secrets } = deploy.attributes['made-of']
  const pairs = Object.entries(given).map(([name, value]) => `${name}=${value}`)
  return [
    commit ? ['Commit', <Commit key="commit" sha={commit} {...(repository && { to: addresses.commit(organization, repository, commit) })} />] : null,
    dockerfile ? ['Built by', <Text key="by" isMono>{dockerfile}</Text>] : platform ? ['Built by', `the platform ${platform}`] : null,
    pairs.length > 0 ? ['Arguments', <Text key="arguments" isMono>{pairs.join(' ')}</Text>] : null,
    secrets.length > 0 ? ['Secrets', <Text key="secrets" isMono>{secrets.join(' ')}</Text>] : null,
  ]
}

/** Its end is another status, version and address of the app, and others in the lists. */
function useFreshWhenEnded(isRunning: boolean) {
  const refresh = useRefreshApps()
  const wasRunning = useRef(isRunning)
  const ended = useEffectEvent(() => void refresh())
  useEffect(() => {
    if (wasRunning.current && !isRunning) ended()
    wasRunning.current = isRunning
  }, [isRunning])
}
