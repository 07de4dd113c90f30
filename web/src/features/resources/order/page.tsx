// Ordering a resource: first of which template, then what it asks for.
import { addresses } from '@/lib/addresses'
import { useOrganization } from '@/lib/search'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Facts } from '@/ui/text'
import { Choose, useOrdered } from './choose'
import { OrderForm } from './form'

export default function OrderPage() {
  const organization = useOrganization()
  const { template, project } = useOrdered()
  const to = addresses.orderResource(organization)
  const crumbs = [{ title: 'Resources', to: addresses.resources(organization) }]
  if (!template) return <Choose organization={organization} title="Order a resource" meta="Choose what: a template of the catalog." to={to} kept={{ project }} />
  return (
    <>
      <PageHead
        title={`New ${template}`}
        meta={
          <Facts>
            {[
              `Of the template ${template}`,
              <Link key="template" to={to} search={{ project } as never}>
                Another template
              </Link>,
              <Link key="import" to={addresses.importResource(organization)} search={{ template, project } as never}>
                Import one that is running
              </Link>,
            ]}
          </Facts>
        }
        crumbs={crumbs}
      />
      <OrderForm key={template} organization={organization} template={template} project={project ?? ''} />
    </>
  )
}
