// A new app.
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRefusal } from '@/api/allowed'
import { call, type Schema } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization } from '@/lib/search'
import { command, quoted } from '@/lib/shell'
import { Alert } from '@/ui/alert'
import { Combobox } from '@/ui/combobox'
import { Command } from '@/ui/command'
import { Form } from '@/ui/form'
import { Split } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { CREATE, poolsOf, projectsOf, useRefreshApps } from '../queries'
import { type About, AboutFields } from './fields'

interface Values extends About {
  readonly name: string
  /** By id; empty for the default one. */
  readonly project: string
  /** By name; empty for the default one. */
  readonly pool: string
}

const BLANK: Values = { name: '', project: '', pool: '', plan: '', description: '', labels: [] }

export default function NewApp() {
  const organization = useOrganization()
  const navigate = useNavigate()
  const refresh = useRefreshApps()
  const projects = useQuery(projectsOf(organization)).data?.data ?? []
  const found = useQuery({ ...poolsOf(organization), retry: false }).data?.data
  const pools = found ?? []
  const form = useForm<Values, Schema<'Document_Resource_App'>>({
    initial: BLANK,
    check: ({ name }) => ({ ...(!name.trim() && { name: 'Give it a name.' }) }),
    submit: ({ name, description, labels, project, pool, plan }) =>
      call('post', '/api/v2/organizations/{organization}/apps', {
        params: { path: { organization } },
        body: {
          data: {
            type: 'apps',
            attributes: {
              name: name.trim(),
              description: description.trim(),
              labels: [...labels],
              ...(pool && { pool }),
              ...(plan && { plan }),
              ...(project && { 'project-id': project }),
            },
          },
        },
      }),
    onDone: ({ data }) => {
      void refresh()
      void navigate({ to: addresses.app(organization, data.attributes.name) })
    },
  })
  const { values } = form
  const { name, project } = values
  const refusal = useRefusal(organization, project, CREATE)
  const inProject = projects.find(({ id }) => id === project)?.attributes.name
  const title = quoted(name.trim() || 'NAME')
  return (
    <>
      <PageHead title="New app" meta="Nothing of it runs before its first deploy." crumbs={[{ title: 'Apps', to: addresses.apps(organization) }]} />
      <Split
        isFollowing
        aside={
          <>
            <Section title="The same from a terminal">
              <Command
                text={command(
                  `slipway app create ${title}`,
                  values.plan && `--plan ${quoted(values.plan)}`,
                  values.pool && `--pool ${quoted(values.pool)}`,
                  inProject && `--project ${quoted(inProject)}`,
                  ...values.labels.map((label) => `--label ${quoted(label)}`),
                  values.description.trim() && `--description ${quoted(values.description.trim())}`,
                )}
              />
            </Section>
            <Section title="Then" about="Run what is in the directory that you are in.">
              <Command text={`slipway app deploy --app ${title}`} />
            </Section>
          </>
        }
      >
        {found?.length === 0 && (
          <Alert tone="warning" title="There is nowhere to run it">
            No pool is there yet: the server found no Docker Engine on its machine. Whoever runs the server can start one, and then the server again.
          </Alert>
        )}
        <Form form={form} submit="Create app" isWide disabledReason={refusal}>
          <TextInput label="Name" isMono placeholder="web" help="Small letters, digits and hyphens, at most 40, a letter first. It never changes." {...form.field('name')} />
          <Combobox
            label="Project"
            isOptional
            placeholder={projects.find(({ attributes }) => attributes['is-default'])?.attributes.name ?? 'default'}
            help="Says who may see and deploy it. It never changes."
            options={projects.map(({ id, attributes }) => ({ value: id, text: attributes.name }))}
            {...form.field('project')}
            error={form.problems['project-id']}
          />
          <Combobox
            label="Pool"
            isOptional
            placeholder={pools.find(({ attributes }) => attributes['is-default'])?.attributes.name ?? 'default'}
            help="Where it runs."
            options={pools.map(({ attributes }) => ({ value: attributes.name, detail: attributes.cluster }))}
            {...form.field('pool')}
          />
          <AboutFields organization={organization} form={form} planHelp="How much each of its units may take." />
        </Form>
      </Split>
    </>
  )
}
