// Bringing what is running already into the catalog: an order with its state, so that nothing is made anew.
import { addresses } from '@/lib/addresses'
import { useOrganization } from '@/lib/search'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Facts } from '@/ui/text'
import { nothingBrought } from './brought'
import { Choose, useOrdered } from './choose'
import { OrderForm } from './form'

const WHAT = 'Ordered with its state, so that nothing is made anew.'

export default function ImportPage() {
  const organization = useOrganization()
  const { template, project, workspace } = useOrdered()
  const to = addresses.importResource(organization)
  const crumbs = [{ title: 'Resources', to: addresses.resources(organization) }]
  if (!template) {
    const meta = `${WHAT} Choose the template whose module made it, or one that comes to the same.`
    return <Choose organization={organization} title="Import what is running" meta={meta} to={to} kept={{ project, workspace }} />
  }
  return (
    <>
      <PageHead
        title={`Import a ${template}`}
        meta={
          <Facts>
            {[
              WHAT,
              <Link key="template" to={to} search={{ project, workspace } as never}>
                Another template
              </Link>,
            ]}
          </Facts>
        }
        crumbs={crumbs}
      />
      <OrderForm key={template} organization={organization} template={template} project={project ?? ''} brought={nothingBrought(workspace ?? '')} />
    </>
  )
}
