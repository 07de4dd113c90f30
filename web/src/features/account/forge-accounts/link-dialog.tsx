// Links an account at a forge: asks which, then says what it has to write to show that it is meant.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get, type ResourceOf } from '@/api/query'
import { lastOrganization } from '@/lib/last-organization'
import { Button } from '@/ui/button'
import { Combobox } from '@/ui/combobox'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { ShownOnce } from '@/ui/shown-once'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { forgeHosts, hostOf } from './hosts'

type ForgeAccount = ResourceOf<'ForgeAccount'>

interface LinkForgeAccountProps {
  onClose: () => void
  onDone: () => void
}

/** A dialog; mounted while it is open. */
export function LinkForgeAccount({ onClose, onDone }: LinkForgeAccountProps) {
  const [linked, setLinked] = useState<ForgeAccount | null>(null)
  const done = (account: ForgeAccount) => {
    onDone()
    if (account.attributes.code) setLinked(account)
    else onClose()
  }
  return (
    <Dialog isOpen onClose={onClose} title={linked ? 'One comment is left' : 'Link an account at a forge'} size="md">
      {linked ? <Prove account={linked} onClose={onClose} /> : <Ask onDone={done} />}
    </Dialog>
  )
}

/** What the account writes once, so that nobody links one of somebody else. */
function Prove({ account: { attributes }, onClose }: { account: ForgeAccount; onClose: () => void }) {
  return (
    <Stack gap={4}>
      <ShownOnce title="Write this comment" text={`slipway link ${attributes.code}`} what="the comment">
        As {attributes.login} at {attributes.host}, in any pull request of a repository that is connected here. It shows that the account is yours;
        from then on it counts. It is shown only this once, and good for a day.
      </ShownOnce>
      <div>
        <Button look="primary" onClick={onClose}>
          I have copied it
        </Button>
      </div>
    </Stack>
  )
}

function Ask({ onDone }: { onDone: (account: ForgeAccount) => void }) {
  const hosts = useKnownHosts()
  const form = useForm({
    initial: { host: '', login: '' },
    check: ({ host, login }) => ({
      ...(host.trim() === '' && { host: 'Name the forge’s host: github.com.' }),
      ...(login.trim() === '' && { login: 'Write your login there, as it stands beside your comments.' }),
    }),
    submit: ({ host, login }) =>
      call('post', '/api/v2/account/forge-accounts', {
        body: { data: { type: 'forge-accounts', attributes: { host: hostOf(host), login: login.trim() } } },
      }),
    onDone: ({ data }) => onDone(data as ForgeAccount),
  })
  const { host, login } = form.values
  const bound = form.field('host')
  const typed = host !== '' && !hosts.includes(host) ? [{ value: host }] : []
  return (
    <Form
      form={form}
      submit="Link account"
      isWide
      command={`slipway account link ${hostOf(host) || 'HOST'} ${login.trim().replace(/^@/, '') || 'LOGIN'}`}
    >
      <Combobox
        label="Forge"
        isMono
        createLabel="Forge"
        placeholder="github.com"
        options={[...typed, ...hosts.map((value) => ({ value }))]}
        help="Its host, with the port where that is not the usual one."
        {...bound}
        onChange={(text) => bound.onChange(text === '' ? '' : hostOf(text))}
      />
      <TextInput
        label="Your login there"
        isMono
        autoComplete="off"
        placeholder="ada"
        help="As it stands beside your comments. A comment shows afterwards that it is yours."
        {...form.field('login')}
      />
    </Form>
  )
}

/** The forges of the organization that was open last, where the caller may see them. */
function useKnownHosts(): readonly string[] {
  const organization = lastOrganization()
  const { data } = useQuery({
    ...get('/api/v2/organizations/{organization}/integrations', {
      params: { path: { organization: organization ?? '' }, query: { 'filter[group]': 'forge', 'page[size]': 100 } },
    }),
    enabled: organization !== null,
    retry: false,
  })
  return forgeHosts((data?.data ?? []) as readonly ResourceOf<'Integration'>[])
}
