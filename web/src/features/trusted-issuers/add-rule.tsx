// Lets programs of an issuer in as a service account.
import { useQuery } from '@tanstack/react-query'
import { get, type ResourceOf, type Schema } from '@/api/query'
import { Combobox, MultiSelect } from '@/ui/combobox'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { TextInput, Textarea } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'

interface AddRuleProps {
  organization: string
  issuer: ResourceOf<'TrustedIssuer'>
  onSave: (rule: Schema<'TrustRule'>) => Promise<unknown>
  onClose: () => void
}

/** A dialog; mounted while it is open. */
export function AddRule({ organization, issuer, onSave, onClose }: AddRuleProps) {
  const params = { path: { organization }, query: { 'page[size]': 100 } }
  const accounts = useQuery(get('/api/v2/organizations/{organization}/service-accounts', { params })).data?.data ?? []
  const permissions = useQuery(get('/api/v2/permissions')).data?.data ?? []
  const form = useForm({
    initial: { name: '', conditions: '', 'service-account': '', scopes: [] as readonly string[], 'token-minutes': '60' },
    check: ({ conditions, 'service-account': account, 'token-minutes': minutes }) => ({
      ...(conditionsOf(conditions).length === 0 && { conditions: 'Say what a token must say, at least one line with = or ~.' }),
      ...(!account && { 'service-account': 'Choose the account that its programs act as.' }),
      ...(!/^([1-9]|[1-5]\d|60)$/.test(minutes) && { 'token-minutes': `${minutes || 'Nothing'} is not between 1 and 60.` }),
    }),
    submit: (values) =>
      onSave({
        name: values.name.trim(),
        conditions: [...conditionsOf(values.conditions)],
        'service-account': values['service-account'],
        'token-minutes': Number(values['token-minutes']),
        ...(values.scopes.length > 0 && { scopes: [...values.scopes] }),
      }),
    onDone: onClose,
  })
  const { values } = form
  const account = accounts.find(({ id }) => id === values['service-account'])?.attributes.name
  const command = [
    `slipway trusted-issuer add-rule ${issuer.attributes.name} ${values.name || 'RULE'} --to ${account ?? 'ACCOUNT'}`,
    ...conditionsOf(values.conditions).map(({ claim, equals, matches }) =>
      matches ? `--claim-like '${claim}=${matches}'` : `--claim ${claim}=${String(equals)}`,
    ),
    ...values.scopes.map((scope) => `--scope ${scope}`),
    values['token-minutes'] !== '60' && `--minutes ${values['token-minutes']}`,
  ]
  return (
    <Dialog isOpen onClose={onClose} title={`New rule for ${issuer.attributes.name}`} size="md">
      <Form form={form} submit="Add rule" isWide command={command.filter(Boolean).join(' ')}>
        <TextInput label="Name" isMono {...form.field('name')} placeholder="plan" autoFocus />
        <Textarea
          label="When a token says"
          isMono
          rows={3}
          {...form.field('conditions')}
          placeholder={'repository=acme/shop\nref~refs/heads/release-*'}
          help="A line for each claim, all must hold: = exactly, ~ with * for any letters. Dots lead into objects."
        />
        <Combobox
          label="Let it in as"
          {...form.field('service-account')}
          options={accounts.map(({ id, attributes }) => ({ value: id, text: attributes.name as string, icon: 'bot', detail: attributes.description }))}
          placeholder="Service account"
        />
        <MultiSelect
          label="Only this"
          isOptional
          isMono
          createLabel="Only in one place:"
          {...form.field('scopes')}
          options={permissions.map(({ id, attributes }) => ({ value: id, detail: attributes.description }))}
          help="All that the account may do without."
        />
        <TextInput label="The token it gets lives" inputMode="numeric" unit="minutes" {...form.field('token-minutes')} />
      </Form>
    </Dialog>
  )
}

/** `claim=value` and `claim~pattern`, one a line. Values are texts, as they are from the command line. */
export function conditionsOf(text: string): readonly Schema<'ClaimCondition'>[] {
  return text.split('\n').flatMap((line) => {
    const [, claim, sign, value] = /^\s*([^=~\s]+)\s*([=~])\s*(.+?)\s*$/.exec(line) ?? []
    if (!claim || !value) return []
    return [sign === '~' ? { claim, matches: value } : { claim, equals: value }]
  })
}
