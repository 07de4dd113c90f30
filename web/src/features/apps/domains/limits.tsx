// What the router takes for an app; empty is what the site has for every app.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import { ErrorNotice } from '@/ui/alert'
import { Form } from '@/ui/form'
import { Section } from '@/ui/section'
import { Select } from '@/ui/select'
import { Skeleton } from '@/ui/skeleton'
import { TextInput } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import type { App } from '../queries'
import { type Routing, routingOf, useRefreshDomains } from './queries'
import { limitChanges, limitProblems, type Limits as Values, limitsOf } from './words'

export function Limits({ app, cannot }: { app: App; cannot: string | null }) {
  const { data, error, refetch } = useQuery(routingOf(app.id))
  return (
    <Section title="Requests" about="What the router takes for it, from the next request on. Nothing typed is what the site has for every app." isRuled>
      {data ? (
        <LimitsForm app={app} routing={data.data as Routing} cannot={cannot} />
      ) : error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Skeleton width="60%" />
      )}
    </Section>
  )
}

function LimitsForm({ app, routing, cannot }: { app: App; routing: Routing; cannot: string | null }) {
  const { name } = app.attributes
  const refresh = useRefreshDomains()
  const [before, setBefore] = useState(limitsOf(routing))
  const form = useForm<Values>({
    initial: before,
    check: limitProblems,
    submit: (values) =>
      call('patch', '/api/v2/apps/{app}/routing', { params: { path: { app: app.id } }, body: { data: { type: 'app-routings', attributes: limitChanges(before, values) } } }),
    onDone: (_, values) => {
      setBefore(values)
      toast({ text: `The router takes requests for ${name} like that now.` })
      void refresh()
    },
  })
  const changes = limitChanges(before, form.values)
  const text = command(
    `slipway app routing ${quoted(name)}`,
    changes.redirect && `--redirect ${changes.redirect}`,
    typeof changes['most-bytes'] === 'number' && `--most-bytes ${changes['most-bytes']}`,
    typeof changes['patience-seconds'] === 'number' && `--patience ${changes['patience-seconds']}`,
    typeof changes['most-requests'] === 'number' && `--most-requests ${changes['most-requests']}`,
  )
  return (
    <Form form={form} submit="Save" look="default" command={text} disabledReason={cannot ?? (Object.keys(changes).length === 0 ? 'Nothing is changed yet.' : null)}>
      <Select
        label="Requests without TLS"
        help="Sent on, they come again with TLS (308). Where there is no certificate for the host they are taken as they are."
        options={[
          { value: 'automatic', text: 'Are sent to where there is TLS' },
          { value: 'never', text: 'Are taken as they are' },
        ]}
        disabledReason={cannot}
        {...form.field('redirect')}
      />
      <TextInput label="Largest body" isOptional inputMode="numeric" unit="MiB" placeholder="the site's" help="What is larger is refused with 413." disabledReason={cannot} {...form.field('most-bytes')} />
      <TextInput
        label="An answer has to begin within"
        isOptional
        inputMode="numeric"
        unit="seconds"
        placeholder="the site's"
        help="Otherwise it is a 504."
        disabledReason={cannot}
        {...form.field('patience-seconds')}
      />
      <TextInput
        label="At work at once"
        isOptional
        inputMode="numeric"
        unit="requests"
        placeholder="the site's"
        help="What is more is refused with 503."
        disabledReason={cannot}
        {...form.field('most-requests')}
      />
    </Form>
  )
}
