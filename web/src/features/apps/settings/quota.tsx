// How many units an app may have.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useRefusal } from '@/api/allowed'
import { related } from '@/api/query'
import { type Limited, quotaOf } from '@/lib/quota'
import { Button } from '@/ui/button'
import { KeyValue } from '@/ui/key-value'
import { QuotaDialog, Taken } from '@/ui/quota'
import { Section } from '@/ui/section'
import { Skeleton } from '@/ui/skeleton'
import type { App } from '../queries'

const MANAGE = 'app-quota.manage'

export function AppQuota({ organization, app }: { organization: string; app: App }) {
  const of: Limited = { kind: 'app', id: app.id, name: app.attributes.name }
  const quota = useQuery({ ...quotaOf(of), retry: false }).data?.data.attributes
  const cannot = useRefusal(organization, related(app, 'project'), MANAGE)
  const [isAsked, setAsked] = useState(false)
  return (
    <Section
      title="Quota"
      about="Within those of its project and of the organization."
      isRuled
      actions={
        quota && (
          <Button icon="edit" disabledReason={cannot} onClick={() => setAsked(true)}>
            Change…
          </Button>
        )
      }
    >
      {quota ? <KeyValue entries={[['Units', <Taken key="units" used={quota['units-used']} most={quota.units} of="units" />]]} /> : <Skeleton width="40%" />}
      {isAsked && quota && <QuotaDialog of={of} quota={quota} onClose={() => setAsked(false)} />}
    </Section>
  )
}
