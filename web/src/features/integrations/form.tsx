// What is said of an integration, for a new one and for one that is there; the fields come from the kind's schema.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { toApiError } from '@/api/errors'
import { call, stale } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Radio } from '@/ui/choice'
import { Form } from '@/ui/form'
import { Row, Stack } from '@/ui/layout'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { createCommand } from './commands'
import { Fields } from './fields'
import { type Kind, METHOD, methodsOf } from './schema'
import { Tested } from './tested'
import { changesOf, chosen, type Integration, intervalOf, settingsOf, valuesOf } from './values'

interface IntegrationFormProps {
  organization: string
  kind: Kind
  /** Null for a new one. */
  integration: Integration | null
  etag?: string | undefined
  disabledReason: string | null
  onDone: (integration: Integration) => void
  beside?: ReactNode
}

export function IntegrationForm({ organization, kind, integration, etag, disabledReason, onDone, beside }: IntegrationFormProps) {
  const queries = useQueryClient()
  const methods = methodsOf(kind)
  const before = valuesOf(methods, integration)
  const form = useForm<Record<string, string>, { data: unknown }>({
    initial: { ...before },
    submit: async (values) => {
      const method = chosen(methods, values)
      if (integration) {
        return call('patch', '/api/v2/integrations/{integration}', {
          params: { path: { integration: integration.id } },
          body: { data: { type: 'integrations', attributes: changesOf(method, before, values) } },
          ...(etag && { headers: { 'if-match': etag } }),
        } as never)
      }
      const interval = intervalOf(values)
      return call('post', '/api/v2/organizations/{organization}/integrations', {
        params: { path: { organization } },
        body: {
          data: {
            type: 'integrations',
            attributes: {
              name: (values['name'] ?? '').trim(),
              kind: kind.id,
              description: (values['description'] ?? '').trim(),
              settings: settingsOf(method, values) as Record<string, never>,
              ...(interval !== null && { 'poll-interval-seconds': interval }),
            },
          },
        },
      })
    },
    onDone: ({ data }) => {
      void queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/integrations') })
      void queries.invalidateQueries({ queryKey: stale('/api/v2/integrations/{integration}') })
      onDone(data as Integration)
    },
  })
  const method = chosen(methods, form.values)
  const test = useDraftTest(organization, kind.id)
  const isForge = kind.attributes.group === 'forge'
  return (
    <Form
      form={form}
      submit={integration ? 'Save' : 'Create integration'}
      look={integration ? 'default' : 'primary'}
      disabledReason={disabledReason ?? (integration && !form.isChanged ? 'Nothing is changed yet.' : null)}
      beside={
        <Row gap={2}>
          {!integration && (
            <Button
              icon="run"
              isBusy={test.isPending}
              disabledReason={disabledReason ?? (method?.isByBrowser ? 'It can be tested once somebody allowed it in the browser.' : null)}
              onClick={() => test.mutate(settingsOf(method, form.values))}
            >
              Test
            </Button>
          )}
          {beside}
        </Row>
      }
      {...(!integration && { command: createCommand(kind.id, method, methods.length === 1, form.values) })}
    >
      <TextInput label="Name" isMono {...text(form, 'name')} placeholder={kind.id} help="Unique in the organization." disabledReason={disabledReason} />
      <TextInput label="Description" isOptional {...text(form, 'description')} help="What it is for, in a sentence." disabledReason={disabledReason} />
      {methods.length > 1 && (
        <Radio
          label="Way in"
          name={METHOD}
          value={method?.name ?? ''}
          onChange={(name) => form.set({ [METHOD]: name })}
          error={form.problems[METHOD]}
          options={methods.map(({ name, title, description }) => ({ value: name, label: title, help: description, disabledReason }))}
        />
      )}
      <Fields organization={organization} kind={kind.id} form={form} method={method} integration={integration} disabledReason={disabledReason} />
      {isForge && (
        <TextInput
          label="Look at repositories every"
          isOptional
          inputMode="numeric"
          unit="seconds"
          {...text(form, 'poll-interval-seconds')}
          placeholder="the server’s own rhythm"
          help="For forges that cannot reach this server: their repositories are looked at instead. 10 to 86,400."
          disabledReason={disabledReason}
        />
      )}
      {(test.data || test.error) && (
        <Stack gap={3}>
          {test.data && <Tested result={test.data.data.attributes} />}
          {test.error && <ErrorNotice error={toApiError(test.error)} />}
        </Stack>
      )}
    </Form>
  )
}

function text(form: ReturnType<typeof useForm<Record<string, string>>>, name: string) {
  const bound = form.field(name)
  return { ...bound, value: bound.value ?? '' }
}

/** Asks the other side with what is typed, before anything is kept. */
function useDraftTest(organization: string, kind: string) {
  return useMutation({
    mutationFn: (settings: Record<string, unknown>) =>
      call('post', '/api/v2/organizations/{organization}/integrations/actions/test', {
        params: { path: { organization } },
        body: { data: { type: 'integrations', attributes: { kind, settings: settings as Record<string, never> } } },
      }),
  })
}
