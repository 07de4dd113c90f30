// The two lists of services: what is offered, and what was ordered.
import { addresses } from '@/lib/addresses'
import { Tabs } from '@/ui/tabs'

export function ServiceTabs({ organization }: { organization: string }) {
  return (
    <Tabs
      label="Services"
      tabs={[
        { title: 'Offered', to: addresses.services(organization), isExact: true },
        { title: 'Ordered', to: addresses.serviceInstances(organization), isExact: true },
      ]}
    />
  )
}
