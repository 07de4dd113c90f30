// The question for a new token, and its text when it is made.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { get, type ResourceOf } from '@/api/query'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/choice'
import { MultiSelect } from '@/ui/combobox'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { Select } from '@/ui/select'
import { ShownOnce } from '@/ui/shown-once'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { endOf, expiresOption, type Life, lives } from './expiry'
import { createCommand, createToken, type Holder } from './holder'

interface NewTokenProps {
  /** Whom it can stand for; one is taken without asking. */
  holders: readonly Holder[]
  /** The id of the holder to begin with. */
  initial?: string | undefined
  /** For how many days tokens live at most. */
  longest: number | null
  onClose: () => void
}

/** A dialog; mounted while it is open. */
export function NewToken(props: NewTokenProps) {
  const [made, setMade] = useState<ResourceOf<'Token'> | null>(null)
  return (
    <Dialog isOpen onClose={props.onClose} title={made ? 'Token made' : 'New token'} size="md">
      {made ? <Made token={made} onClose={props.onClose} /> : <Ask {...props} onMade={setMade} />}
    </Dialog>
  )
}

function Ask({ holders, initial, longest, onMade }: NewTokenProps & { onMade: (token: ResourceOf<'Token'>) => void }) {
  const queries = useQueryClient()
  const permissions = useQuery(get('/api/v2/permissions')).data?.data ?? []
  const choices = lives(longest)
  const form = useForm({
    initial: {
      holder: initial ?? holders[0]?.id ?? '',
      description: '',
      life: (choices.some(({ value }) => value === '90d') ? '90d' : (choices[0]?.value ?? 'date')) as Life,
      'expired-at': '',
      isLimited: false,
      scopes: [] as readonly string[],
    },
    check: ({ life, 'expired-at': date, isLimited, scopes }) => ({
      ...(life === 'date' && !date && { 'expired-at': 'Choose the last day on which it counts.' }),
      ...(isLimited && scopes.length === 0 && { scopes: 'Choose what it may do, or leave it unlimited.' }),
    }),
    submit: async ({ holder, description, life, 'expired-at': date, isLimited, scopes }) => {
      const found = holders.find((one) => one.id === holder) ?? holders[0]
      if (!found) throw new Error('There is nobody that a token can be made for.')
      const end = endOf(life, date, Date.now())
      return createToken(found, {
        description: description.trim(),
        ...(end && { 'expired-at': end }),
        ...(isLimited && { scopes: [...scopes] }),
      })
    },
    onDone: ({ data }) => {
      onMade(data as ResourceOf<'Token'>)
      void queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).includes('authentication-token') })
    },
  })
  const { values } = form
  const holder = holders.find((one) => one.id === values.holder)
  const command = holder && createCommand(holder, values.description, expiresOption(values.life, values['expired-at']), values.isLimited ? values.scopes : [])
  return (
    <Form form={form} submit="Make token" isWide {...(command && { command })}>
      {holders.length > 1 && (
        <Select
          label="For"
          {...form.field('holder')}
          options={holders.map(({ id, name, kind }) => ({ value: id, text: kind === 'organization' ? `${name} (organization)` : `${name} (${kind.replace('-', ' ')})` }))}
          help="It can do what its holder can, from the next request on, also what the holder is given later."
        />
      )}
      <TextInput label="What is it for" {...form.field('description')} placeholder="laptop, ci, backup script" autoFocus />
      <Select label="Counts for" {...form.field('life')} options={choices} {...(longest !== null && { help: `At most ${longest} days, as this organization says.` })} />
      {values.life === 'date' && <TextInput label="Last day" type="date" {...form.field('expired-at')} />}
      <Checkbox
        label="Limit what it may do"
        help="Otherwise it may do everything that its holder may."
        name="isLimited"
        value={values.isLimited}
        onChange={(isLimited) => form.set({ isLimited })}
      />
      {values.isLimited && (
        <MultiSelect
          label="Only this"
          {...form.field('scopes')}
          isMono
          createLabel="Only in one place:"
          placeholder="workspace.read"
          options={permissions.map(({ id, attributes }) => ({ value: id, detail: attributes.description }))}
          help={
            <>
              A permission covers what is below it. Type <code>workspace.run.plan@ws-…</code> to limit it to one organization, project
              or workspace.
            </>
          }
        />
      )}
    </Form>
  )
}

/** The text of a token that was made or renewed. */
export function Made({ token, onClose }: { token: ResourceOf<'Token'>; onClose: () => void }) {
  return (
    <Stack gap={4}>
      <ShownOnce title="Copy the token now" text={token.attributes.token ?? ''} what="the token">
        It is shown only this once: Slipway keeps nothing to show it again. When it is lost, rotate the token or make another one.
      </ShownOnce>
      <div>
        <Button look="primary" onClick={onClose}>
          I have copied it
        </Button>
      </div>
    </Stack>
  )
}
