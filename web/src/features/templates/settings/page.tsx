// Everything about a template that can be changed.
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { Alert } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Stack } from '@/ui/layout'
import { toast } from '@/ui/toast'
import { described } from '../document'
import { TemplateForm } from '../form/form'
import { MANAGE, type Template, useOpenTemplate } from '../queries'
import { Rules } from '../rules'

export default function TemplateSettings() {
  const { organization, template, etag } = useOpenTemplate()
  const refusal = useAllowed(organization).refusal(MANAGE)
  // What the form was opened with: a change by somebody else must not slip under what is typed here.
  const [opened, setOpened] = useState({ template, etag })
  if (refusal) {
    return (
      <Stack gap={4}>
        <Alert tone="neutral" icon="lock" title="You may look at this, not change it">
          {refusal}
        </Alert>
        <Rules organization={organization} template={template} />
      </Stack>
    )
  }
  const load = () => setOpened({ template, etag })
  return (
    <Stack gap={4}>
      {etag !== opened.etag && !isSame(opened.template, template) && (
        <Alert
          tone="warning"
          title="This template was changed while you were here"
          action={
            <Button size="sm" onClick={load}>
              Load the newer one
            </Button>
          }
        >
          Saving now is refused, so that nothing of that is lost. Loading replaces what you typed.
        </Alert>
      )}
      <TemplateForm
        key={`${opened.template.id} ${opened.etag}`}
        organization={organization}
        described={described(opened.template)}
        template={opened.template}
        etag={opened.etag}
        disabledReason={null}
        onDone={(saved, version) => {
          toast({ text: `Saved ${saved.attributes.name}.` })
          setOpened({ template: saved, etag: version })
        }}
        onReload={load}
      />
    </Stack>
  )
}

/** Whether it can be ordered is no part of the form, but of the version that it was opened with. */
function isSame(left: Template, right: Template): boolean {
  return JSON.stringify(described(left)) === JSON.stringify(described(right))
}
