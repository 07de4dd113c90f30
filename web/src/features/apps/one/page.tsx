// One app at a glance: the deploy that goes on, its processes, its units, and where it stands.
import { useQuery } from '@tanstack/react-query'
import { related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { quoted } from '@/lib/shell'
import { LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { KeyValue } from '@/ui/key-value'
import { Row, Split, Stack } from '@/ui/layout'
import { Anchor, Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { KeyTag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { DeployPanel } from '../deploys/deploy-panel'
import { RecentDeploys } from '../deploys/recent'
import { type App, type Deploy, deploysOf, LIVE_MS, projectsOf, useOpenApp } from '../queries'
import { hasRepository, useRepository } from '../repository/queries'
import { isDeployed, refusal, versionName } from '../words'
import { LogTail } from './log-tail'
import { Processes } from './processes'
import { Units } from './units'

export default function AppPage() {
  const { organization, app } = useOpenApp()
  const { name, 'active-deploy': active } = app.attributes
  const found = (useQuery({ ...deploysOf(app.id, undefined, 5), refetchInterval: active ? LIVE_MS : false }).data?.data ?? []) as readonly Deploy[]
  const [latest] = found
  const shown = active ?? (latest?.attributes.status === 'failed' ? latest.id : null)
  return (
    <Split
      aside={
        <>
          <RecentDeploys organization={organization} app={app} deploys={found} />
          <About organization={organization} app={app} />
        </>
      }
    >
      <Stack gap={6}>
        {shown && <DeployPanel key={shown} organization={organization} app={app} deploy={shown} />}
        {!isDeployed(app) && !active ? (
          <EmptyState
            title="Nothing was deployed yet"
            action={refusal(app, 'can-deploy') ? undefined : <LinkButton to={addresses.app(organization, name, 'deploy')}>{hasRepository(app) ? 'Deploy its repository' : 'Deploy a folder or an image'}</LinkButton>}
            command={<Command text={`slipway app deploy --app ${quoted(name)}`} />}
          >
            Deploy a folder of this machine, an archive, a commit of a Git repository or an image; or, from a terminal, the directory that you are in.
          </EmptyState>
        ) : (
          <>
            {app.attributes.processes.length > 0 && <Processes key={JSON.stringify(app.attributes.processes.map(({ units }) => units))} app={app} />}
            <Units app={app} />
            <LogTail organization={organization} app={app} />
          </>
        )}
        <Command text={`slipway app show ${quoted(name)}`} />
      </Stack>
    </Split>
  )
}

function About({ organization, app }: { organization: string; app: App }) {
  const { attributes } = app
  const live = versionName(attributes['live-version'])
  const project = related(app, 'project')
  const projects = useQuery(projectsOf(organization)).data?.data
  const { repository } = useRepository(app)
  return (
    <>
      <Section title="Where it answers" isRuled actions={<Link to={addresses.app(organization, attributes.name, 'domains')}>Domains</Link>}>
        {attributes.urls.length > 0 ? (
          <Stack gap={1}>
            {attributes.urls.map((url) => (
              <Anchor key={url} href={url}>
                {url.replace(/^https?:\/\//, '')}
              </Anchor>
            ))}
          </Stack>
        ) : (
          <Text level={3}>{!isDeployed(app) ? 'Nowhere before its first deploy.' : 'Nowhere: no process of it takes requests.'}</Text>
        )}
      </Section>
      <Section title="How it runs" isRuled>
        <KeyValue
          entries={[
            ['Version', live ? <Link key="version" to={addresses.app(organization, attributes.name, 'versions')}>{live}</Link> : <Text key="none" level={3}>none yet</Text>],
            repository ? ['Source', <Link key="source" to={addresses.app(organization, attributes.name, 'settings')}>{`${repository.attributes['full-name']}, ${repository.attributes.branch}`}</Link>] : null,
            ['Plan', Object.keys(attributes['plan-override'] ?? {}).length > 0 ? `${attributes.plan.name}, with amounts of its own` : attributes.plan.name],
            ['Pool', <Link key="pool" to={addresses.clusters(organization)}>{attributes.pool.name}</Link>],
          ]}
        />
      </Section>
      <Section title="Details" isRuled>
        <KeyValue
          entries={[
            project ? ['Project', <Link key="project" to={addresses.project(organization, project)}>{projects?.find(({ id }) => id === project)?.attributes.name ?? project}</Link>] : null,
            attributes.labels.length > 0
              ? [
                  'Labels',
                  <Row key="labels" gap={1} isWrapping>
                    {attributes.labels.map((label) => (
                      <KeyTag key={label} name={label} />
                    ))}
                  </Row>,
                ]
              : null,
            ['Changed', <Time key="changed" at={attributes['updated-at']} />],
          ]}
        />
      </Section>
    </>
  )
}
