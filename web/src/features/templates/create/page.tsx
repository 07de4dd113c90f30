// A new template, by a form.
import { useNavigate } from '@tanstack/react-router'
import { useAllowed } from '@/api/allowed'
import { addresses } from '@/lib/addresses'
import { useOrganization } from '@/lib/search'
import { Alert } from '@/ui/alert'
import { LinkButton } from '@/ui/button'
import { Stack } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { TemplateForm } from '../form/form'
import { MANAGE } from '../queries'
import { BLANK } from '../values'

export default function NewTemplate() {
  const organization = useOrganization()
  const navigate = useNavigate()
  const refusal = useAllowed(organization).refusal(MANAGE)
  return (
    <>
      <PageHead
        title="New template"
        meta="A unit of infrastructure that people can order."
        crumbs={[{ title: 'Templates', to: addresses.templates(organization) }]}
        actions={
          <LinkButton icon="upload" to={addresses.applyCatalog(organization)}>
            From a file
          </LinkButton>
        }
      />
      <Stack gap={4}>
        {refusal && (
          <Alert tone="neutral" icon="lock" title="You may look at this form, not use it">
            {refusal}
          </Alert>
        )}
        <TemplateForm
          organization={organization}
          described={BLANK}
          template={null}
          disabledReason={refusal}
          onDone={({ id }) => void navigate({ to: addresses.template(organization, id) })}
        />
      </Stack>
    </>
  )
}
