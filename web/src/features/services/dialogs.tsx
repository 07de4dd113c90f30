// Offering a service, changing what it gives, and offering it no more. Mounted while they are open.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type ResourceOf } from '@/api/query'
import { useSettled } from '@/lib/delayed'
import { quoted } from '@/lib/shell'
import { Combobox, MultiSelect } from '@/ui/combobox'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { Textarea, TextInput } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { instancesOf, type Service, templatesLike, useRefreshServices } from './queries'
import { BLANK, listed, type Offer, offerCommand, offered, offerOf, offerProblems } from './words'

interface OfferProps {
  organization: string
  projects: readonly ResourceOf<'Project'>[]
  /** The one that is changed; a new one without it. */
  service?: Service
  onClose: () => void
}

export function OfferDialog({ organization, projects, service, onClose }: OfferProps) {
  const refresh = useRefreshServices()
  const [typed, setTyped] = useState('')
  const before = service ? offerOf(service) : null
  const templates = useQuery({ ...templatesLike(organization, useSettled(typed, 200)), enabled: !service, placeholderData: (old) => old, retry: false }).data?.data ?? []
  const form = useForm<Offer>({
    initial: before ?? BLANK,
    check: offerProblems,
    submit: async (values) => {
      const attributes = offered(before ?? BLANK, values)
      if (service) await call('patch', '/api/v2/services/{service}', { params: { path: { service: service.id } }, body: { data: { type: 'services', attributes } } })
      else {
        const named = { name: values.name.trim(), template: values.template, ...attributes }
        await call('post', '/api/v2/organizations/{organization}/services', { params: { path: { organization } }, body: { data: { type: 'services', attributes: named } } })
      }
    },
    onDone: (_, { name }) => {
      onClose()
      toast({ text: service ? `${name} is changed.` : `${name.trim()} can be ordered.` })
      void refresh()
    },
  })
  const { values } = form
  const names = new Map(projects.map(({ id, attributes }) => [id, attributes.name as string]))
  const isSame = before !== null && Object.keys(offered(before, values)).length === 0
  return (
    <Dialog isOpen onClose={onClose} title={service ? `Change ${values.name}` : 'Offer a service'} size="md">
      <Form form={form} submit={service ? 'Save' : 'Offer it'} isWide disabledReason={isSame ? 'Nothing is changed yet.' : null} command={offerCommand(before, values, names)}>
        <TextInput
          label="Name"
          isMono
          autoFocus={!service}
          placeholder="database"
          help="That people order it by."
          disabledReason={service ? 'It keeps its name: what was ordered of it is known by it.' : null}
          {...form.field('name')}
        />
        {service ? (
          <TextInput label="Template" isMono disabledReason="It keeps its template. Offer another one under a name of its own." {...form.field('template')} />
        ) : (
          <Combobox
            label="Template"
            placeholder="Find it by its name"
            help="What is ordered: a resource of it, with the approvals that its project wants."
            options={templates.map(({ attributes }) => ({ value: attributes.key, text: attributes.key, detail: attributes.name }))}
            onSearch={setTyped}
            {...form.field('template')}
          />
        )}
        <TextInput label="Description" isOptional help="What it is for, in a sentence." {...form.field('description')} />
        <Textarea
          label="Outputs, and the variables that apps see"
          isOptional
          isMono
          rows={3}
          placeholder="url=DATABASE_URL"
          help={`One in each line; without any, what the template says, or all of them in capitals.${service ? ' Binds that are there keep what they have.' : ''}`}
          {...form.field('outputs')}
        />
        <MultiSelect
          label="Projects"
          isOptional
          placeholder="all projects"
          help="Where it can be ordered."
          options={projects.map(({ id, attributes }) => ({ value: id, text: attributes.name }))}
          {...form.field('projects')}
        />
      </Form>
    </Dialog>
  )
}

export function DeleteServiceDialog({ organization, service, onClose }: { organization: string; service: Service; onClose: () => void }) {
  const refresh = useRefreshServices()
  const { name } = service.attributes
  const found = useQuery({ ...instancesOf(organization, { 'filter[service][id]': service.id, 'page[size]': 5 }), retry: false }).data?.data ?? []
  const cannot =
    found.length > 0 ? `${listed(found.map(({ attributes }) => attributes.name as string))} ${found.length === 1 ? 'was' : 'were'} ordered of it. Delete ${found.length === 1 ? 'it' : 'them'} first.` : null
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Stop offering ${name}?`}
      verb="Stop offering it"
      isDanger
      disabledReason={cannot}
      onConfirm={async () => {
        await call('delete', '/api/v2/services/{service}', { params: { path: { service: service.id } } })
        toast({ text: `${name} cannot be ordered any more.` })
        await refresh()
      }}
    >
      <Stack gap={3}>
        <p>{cannot ?? `Nobody can order ${name} any more. The template ${service.attributes.template} stays in the catalog.`}</p>
        <Command text={`slipway service delete ${quoted(name)} --yes`} />
      </Stack>
    </ConfirmDialog>
  )
}
