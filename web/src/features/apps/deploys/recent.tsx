// The last deploys of an app, beside what runs of it.
import { addresses } from '@/lib/addresses'
import { Link } from '@/ui/link'
import { Rail, type Station } from '@/ui/rail'
import { Section } from '@/ui/section'
import { statusLook } from '@/ui/status-list'
import { Time } from '@/ui/time'
import type { App, Deploy } from '../queries'
import { deployTitle, versionName } from '../words'

interface RecentDeploysProps {
  organization: string
  app: App
  deploys: readonly Deploy[]
}

/** Nothing before the first. */
export function RecentDeploys({ organization, app, deploys }: RecentDeploysProps) {
  if (deploys.length === 0) return null
  return (
    <Section title="Deploys" isRuled>
      <Rail label="The last deploys" stations={deploys.map((deploy) => station(organization, app, deploy))} />
    </Section>
  )
}

function station(organization: string, app: App, deploy: Deploy): Station {
  const { status, step, 'started-by': by, 'created-at': at, 'app-version': version } = deploy.attributes
  const { icon, tone, isCalm, word } = statusLook('deploy', status)
  const brought = status === 'deployed' ? versionName(version) : null
  return {
    key: deploy.id,
    name: <Link to={addresses.deploy(organization, app.attributes.name, deploy.id)}>{deployTitle(deploy)}</Link>,
    icon,
    tone: isCalm ? 'neutral' : tone,
    ...(status === 'running' && { place: 'now' as const }),
    end: <Time at={at} form="short" />,
    detail: `${brought ?? (status === 'deployed' ? word : `${word} at ${step}`)}, by ${by}`,
  }
}
