// How the code of a template runs: with which program, and with what nobody may see.
import { useQuery } from '@tanstack/react-query'
import { get } from '@/api/query'
import { Combobox } from '@/ui/combobox'
import { Rows } from '@/ui/rows'
import { Section } from '@/ui/section'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import type { SecretValues } from '../values'
import type { PartProps } from './form'
import styles from '../templates.module.css'

/** A group runs nothing; what it should not have is shown as long as it has it. */
export function Running(part: PartProps) {
  const { form, disabledReason } = part
  const isGroup = form.values['is-abstract']
  if (isGroup && form.values.secrets.length === 0) return null
  return (
    <>
      {!isGroup && (
        <Section title="Engine">
          <div className={styles.pair}>
            <Select
              label="Program"
              {...form.field('engine')}
              options={[
                { value: 'opentofu', text: 'OpenTofu' },
                { value: 'terraform', text: 'Terraform' },
              ]}
              disabledReason={disabledReason}
            />
            <TextInput label="Version" isOptional isMono placeholder="~> 1.12" {...form.field('engine-version')} help="The server’s default without one." disabledReason={disabledReason} />
          </div>
        </Section>
      )}
      <Section title="Secrets" about="What its runs need and nobody may see. They are kept sealed.">
        <Rows
          label="Secrets"
          rows={form.values.secrets}
          onChange={(secrets) => form.set({ secrets })}
          blank={{ name: '', 'is-environment': false, from: 'given', 'variable-set': '', key: '' }}
          add="Add a secret"
          nameOf={({ name }, at) => `secret ${name || at + 1}`}
          error={form.problems['secrets']}
          disabledReason={disabledReason}
        >
          {(secret, set, at) => <Secret {...part} secret={secret} set={set} at={at} />}
        </Rows>
      </Section>
    </>
  )
}

interface SecretProps extends PartProps {
  secret: SecretValues
  set: (changes: Partial<SecretValues>) => void
  at: number
}

function Secret({ organization, form, disabledReason, secret, set, at }: SecretProps) {
  const common = { isLabelHidden: at > 0, disabledReason }
  return (
    <div className={styles.secret}>
      <TextInput label="Name" isMono placeholder="database_password" value={secret.name} onChange={(name) => set({ name })} error={form.problems[`secrets/${at}/name`]} {...common} />
      <Select
        label="As"
        value={secret['is-environment'] ? 'environment' : 'variable'}
        onChange={(value) => set({ 'is-environment': value === 'environment' })}
        options={[
          { value: 'variable', text: 'Variable of the code' },
          { value: 'environment', text: 'Environment' },
        ]}
        {...common}
      />
      <Select
        label="From"
        value={secret.from}
        onChange={(from) => set({ from })}
        options={[
          { value: 'given', text: 'Whoever orders' },
          { value: 'variable-set', text: 'A variable set' },
        ]}
        error={form.problems[`secrets/${at}/source`]}
        {...common}
      />
      {secret.from === 'variable-set' && (
        <>
          <VariableSet organization={organization} value={secret['variable-set']} onChange={(set_) => set({ 'variable-set': set_ })} disabledReason={disabledReason} />
          <TextInput label="Variable" isMono placeholder="token" value={secret.key} onChange={(key) => set({ key })} disabledReason={disabledReason} />
        </>
      )}
    </div>
  )
}

function VariableSet({ organization, value, onChange, disabledReason }: { organization: string; value: string; onChange: (name: string) => void; disabledReason: string | null }) {
  const { data } = useQuery({
    ...get('/api/v2/organizations/{organization}/varsets', { params: { path: { organization }, query: { 'page[size]': 100 } } }),
    retry: false,
  })
  const names = [...new Set([...(data?.data ?? []).map(({ attributes }) => attributes.name), ...(value ? [value] : [])])]
  return (
    <Combobox
      label="Variable set"
      isMono
      value={value}
      onChange={onChange}
      createLabel="Variable set"
      options={names.map((name) => ({ value: name, icon: 'variables' as const }))}
      disabledReason={disabledReason}
    />
  )
}
