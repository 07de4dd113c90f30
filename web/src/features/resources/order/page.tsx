// Ordering a resource: first of which template, then what it asks for.
import { useSuspenseQuery } from '@tanstack/react-query'
import { addresses } from '@/lib/addresses'
import { useOrganization } from '@/lib/search'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Facts } from '@/ui/text'
import { Choose, useOrdered } from './choose'
import { OrderForm } from './form'
import { serviceBy } from './service'

export default function OrderPage() {
  const organization = useOrganization()
  const { template, project, service } = useOrdered()
  const to = addresses.orderResource(organization)
  const crumbs = [{ title: 'Resources', to: addresses.resources(organization) }]
  if (service) return <FromService key={service} organization={organization} service={service} project={project ?? ''} />
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

/** What a service offers: its template, under a name that apps are bound to. */
function FromService({ organization, service: id, project }: { organization: string; service: string; project: string }) {
  const { attributes } = useSuspenseQuery(serviceBy(id)).data.data
  const { name, template, projects, description } = attributes
  return (
    <>
      <PageHead
        title={`Order from ${name}`}
        meta={<Facts>{[description || null, `Of the template ${template}`, projects.length > 0 ? 'Only in some projects' : null]}</Facts>}
        crumbs={[{ title: 'Services', to: addresses.services(organization) }]}
      />
      <OrderForm organization={organization} template={template} project={project || (projects[0] ?? '')} service={{ name, projects }} />
    </>
  )
}
