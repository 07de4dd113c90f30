// Trusts an issuer; nobody is let in before there is a rule.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call, stale } from '@/api/query'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'

const KNOWN = [
  { value: '', text: 'Another one', issuer: '' },
  { value: 'github', text: 'GitHub Actions', issuer: 'https://token.actions.githubusercontent.com' },
  { value: 'gitlab', text: 'GitLab', issuer: 'https://gitlab.com' },
] as const

interface NewIssuerProps {
  organization: string
  to: (id: string) => string
  onClose: () => void
}

/** A dialog; mounted while it is open. */
export function NewIssuer({ organization, to, onClose }: NewIssuerProps) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const form = useForm({
    initial: { known: 'github' as (typeof KNOWN)[number]['value'], name: 'github', issuer: KNOWN[1].issuer as string, audience: '' },
    submit: ({ name, issuer, audience }) =>
      call('post', '/api/v2/organizations/{organization}/trusted-issuers', {
        params: { path: { organization } },
        body: {
          data: {
            type: 'trusted-issuers',
            attributes: { name: name.trim(), issuer: issuer.trim(), ...(audience.trim() && { audience: audience.trim() }) },
          },
        },
      }),
    onDone: async ({ data }) => {
      await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/trusted-issuers') })
      await navigate({ to: to(data.id) })
    },
  })
  const { known, name, issuer, audience } = form.values
  const choose = (value: typeof known) => {
    const chosen = KNOWN.find((one) => one.value === value)
    form.set({ known: value, name: value, issuer: chosen?.issuer ?? '' })
  }
  const command = `slipway trusted-issuer create ${name || 'NAME'} --issuer ${issuer || 'URL'}${audience ? ` --audience ${audience}` : ''}`
  return (
    <Dialog isOpen onClose={onClose} title="Trust an issuer" size="md">
      <Form form={form} submit="Trust it" isWide command={command}>
        <Select label="System" value={known} onChange={choose} options={KNOWN.map(({ value, text }) => ({ value, text }))} />
        <TextInput label="Name" isMono {...form.field('name')} placeholder="cluster" />
        <TextInput
          label="Issuer"
          isMono
          {...form.field('issuer')}
          placeholder="https://kubernetes.default.svc.cluster.local"
          help="Exactly as its tokens name it (iss). It never changes. Keys and certificates of issuers that the server cannot ask are given by the command line."
        />
        <TextInput
          label="Audience"
          isOptional
          isMono
          {...form.field('audience')}
          help="Whom its tokens must be for (aud); this server’s own address, if nothing is said."
        />
      </Form>
    </Dialog>
  )
}
