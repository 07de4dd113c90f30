// The SSH key that opens private modules to a workspace's runs: which one it is, another one, or none.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { call, get, type ResourceOf, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { ErrorNotice } from '@/ui/alert'
import { Combobox } from '@/ui/combobox'
import { Form } from '@/ui/form'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Skeleton } from '@/ui/skeleton'
import { Text } from '@/ui/text'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { quoted, type Workspace } from './queries'
import styles from './triggers.module.css'

type SshKey = ResourceOf<'SshKey'>

interface SshKeyProps {
  organization: string
  workspace: Workspace
  /** Why it cannot be changed. */
  refusal: string | null
}

export function SshKeySection({ organization, workspace, refusal }: SshKeyProps) {
  const chosen = useQuery(get('/api/v2/workspaces/{workspace}/relationships/ssh-key', { params: { path: { workspace: workspace.id } } }))
  const keys = useQuery({
    ...get('/api/v2/organizations/{organization}/ssh-keys', { params: { path: { organization }, query: { 'page[size]': 100 } } }),
    retry: false,
  })
  const isHidden = keys.error !== null && [403, 404].includes(toApiError(keys.error).status)
  const error = chosen.error ?? (isHidden ? null : keys.error)
  const id = chosen.data?.data.attributes.id ?? ''
  const rows = (keys.data?.data ?? []) as readonly SshKey[]
  return (
    <Section
      title="SSH key"
      about="Opens private modules that come from Git by SSH, while a run fetches them and not longer. Modules by HTTPS are opened by integrations that are given to runs."
    >
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void Promise.all([chosen.refetch(), keys.refetch()])} />
      ) : !chosen.data || keys.isPending ? (
        <Skeleton height={84} />
      ) : rows.length === 0 && id === '' ? (
        <NoKeys organization={organization} isHidden={isHidden} />
      ) : refusal ? (
        <Text level={id === '' ? 3 : 1}>{id === '' ? 'None is chosen.' : (rows.find((key) => key.id === id)?.attributes.name ?? id)}</Text>
      ) : (
        <Choice key={id} organization={organization} workspace={workspace} keys={rows} current={id} />
      )}
    </Section>
  )
}

function NoKeys({ organization, isHidden }: { organization: string; isHidden: boolean }) {
  if (isHidden) return <Text level={3}>None is chosen. Which keys there are is seen with integration.read.</Text>
  return (
    <Text level={3}>
      {organization} keeps no SSH key. <Link to={addresses.settings(organization, 'ssh-keys')}>Keep one</Link> for modules with a source as{' '}
      <code>git::ssh://…</code>.
    </Text>
  )
}

interface ChoiceProps {
  organization: string
  workspace: Workspace
  keys: readonly SshKey[]
  /** Empty for none. */
  current: string
}

function Choice({ organization, workspace, keys, current }: ChoiceProps) {
  const queries = useQueryClient()
  const refusal = useAllowed(organization).refusal('integration.use')
  const { name } = workspace.attributes
  const form = useForm({
    initial: { id: current },
    submit: ({ id }) =>
      call('patch', '/api/v2/workspaces/{workspace}/relationships/ssh-key', {
        params: { path: { workspace: workspace.id } },
        body: { data: { type: 'workspaces', attributes: { id: id === '' ? null : id } } },
      }),
    onDone: (_, { id }) => {
      toast({ text: id === '' ? `Runs of ${name} get no SSH key any more.` : `Runs of ${name} get the SSH key ${nameOf(keys, id)}.` })
      void queries.invalidateQueries({ queryKey: stale('/api/v2/workspaces/{workspace}/relationships/ssh-key') })
    },
  })
  const { id } = form.values
  const options = keys.map(({ id: value, attributes }) => ({ value, text: attributes.name as string, icon: 'key' as const, detail: attributes.algorithm }))
  const command = id === '' ? `slipway ssh-key unassign --workspace ${quoted(name)}` : `slipway ssh-key assign ${quoted(nameOf(keys, id))} --workspace ${quoted(name)}`
  const cannotGive = id === '' ? null : refusal
  return (
    <Form
      form={form}
      submit="Save"
      look="default"
      disabledReason={form.isChanged ? cannotGive : 'Nothing is changed yet.'}
      {...(form.isChanged && { command })}
    >
      <Combobox
        label="SSH key"
        isOptional
        placeholder="none"
        options={current === '' || options.some(({ value }) => value === current) ? options : [{ value: current, icon: 'key' }, ...options]}
        help={
          <>
            <span className={styles.fingerprint}>
              {keys.find((key) => key.id === id)?.attributes.fingerprint ?? 'Runs fetch modules without one.'}
            </span>{' '}
            <Link to={addresses.settings(organization, 'ssh-keys')}>SSH keys of {organization}</Link>
          </>
        }
        {...form.field('id')}
      />
    </Form>
  )
}

const nameOf = (keys: readonly SshKey[], id: string): string => keys.find((key) => key.id === id)?.attributes.name ?? id
