// What is said of a template, for a new one and for one that is there; beside it the same as a file.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type Loaded } from '@/api/query'
import { Button } from '@/ui/button'
import { Form } from '@/ui/form'
import { Split } from '@/ui/layout'
import { type FormState, useForm } from '@/ui/use-form'
import { createCommand, fileCommand } from '../commands'
import { documentOf } from '../document'
import type { Description, Template } from '../queries'
import { staleTemplates } from '../stale'
import { changesOf, descriptionOf, suggestedKey, type TemplateValues, valuesOf, wrongNumbers } from '../values'
import { AppFields } from './apps'
import { Documentation } from './documentation'
import { FilePreview } from './file-preview'
import { Identity } from './identity'
import { Needs } from './needs'
import { Parents } from './parents'
import { placed } from './placed'
import { Running } from './running'

export type TemplateFormState = FormState<TemplateValues>

export interface PartProps {
  organization: string
  form: TemplateFormState
  disabledReason: string | null
}

interface TemplateFormProps {
  organization: string
  /** What stands there at first. */
  described: Description
  /** Null for a new one. */
  template: Template | null
  etag?: string | undefined
  disabledReason: string | null
  onDone: (template: Template, etag: string | undefined) => void
  /** Opens the form anew, with what somebody else saved meanwhile. */
  onReload?: () => void
}

export function TemplateForm({ organization, described, template, etag, disabledReason, onDone, onReload }: TemplateFormProps) {
  const queries = useQueryClient()
  const [before] = useState(() => valuesOf(described))
  const form = useForm<TemplateValues, Loaded<{ data: unknown }>>({
    initial: before,
    check: wrongNumbers as never,
    submit: async (values) => {
      try {
        return await send(organization, template, etag, before, values)
      } catch (error) {
        throw placed(error)
      }
    },
    onDone: ({ data, etag: version }) => {
      for (const queryKey of staleTemplates) void queries.invalidateQueries({ queryKey })
      onDone(data as Template, version)
    },
  })
  const typed = { ...descriptionOf(form.values), ...(described.status && { status: described.status }) }
  const part = { organization, form, disabledReason }
  return (
    <Split isFollowing aside={<FilePreview name={typed.key || 'template'} text={documentOf(typed)} />}>
      <Form
        form={form}
        isWide
        submit={template ? 'Save' : 'Create template'}
        look={template ? 'default' : 'primary'}
        disabledReason={disabledReason ?? (template && !form.isChanged ? 'Nothing is changed yet.' : null)}
        beside={template && <Beside form={form} onReload={onReload} />}
        command={template ? fileCommand(typed.key) : createCommand(typed)}
      >
        {/* Parts keep their own distance. */}
        <div>
          <Identity {...part} isNew={template === null} suggest={suggestedKey} />
          <Parents {...part} />
          <Needs {...part} />
          <Running {...part} />
          <AppFields {...part} />
          <Documentation {...part} />
        </div>
      </Form>
    </Split>
  )
}

function Beside({ form, onReload }: { form: TemplateFormState; onReload: (() => void) | undefined }) {
  return (
    <>
      {form.error?.isOutdated && <Button onClick={onReload}>Load the newer one</Button>}
      {form.isChanged && (
        <Button look="quiet" onClick={() => form.reset()}>
          Undo the changes
        </Button>
      )}
    </>
  )
}

function send(organization: string, template: Template | null, etag: string | undefined, before: TemplateValues, values: TemplateValues) {
  if (template) {
    return call('patch', '/api/v2/templates/{template}', {
      params: { path: { template: template.id } },
      body: { data: { type: 'templates', attributes: changesOf(before, values) } },
      ...(etag && { headers: { 'if-match': etag } }),
    })
  }
  return call('post', '/api/v2/organizations/{organization}/templates', {
    params: { path: { organization } },
    body: { data: { type: 'templates', attributes: descriptionOf(values) } },
  })
}
